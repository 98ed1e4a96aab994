package dev.fovea.weights;

import dev.fovea.files.RegularFile;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a model directory by name. Opening checks every header; tensors are mapped when
 * asked for and live until {@link #close()}. One thread at a time.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path directory;
  private final Mapping mapping;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Map<Path, MappedFile> mapped = new LinkedHashMap<>();
  private final List<OwnedMemory> copies = new ArrayList<>();

  /**
   * What a tensor is.
   *
   * @param file that holds it
   * @param type as its header names it, such as "BF16"
   */
  public record Info(Path file, String type, Shape shape, long byteSize) {}

  private record Place(Path file, SafetensorsHeader.Entry entry) {}

  private Checkpoint(Path directory, Mapping mapping) {
    this.directory = directory;
    this.mapping = mapping;
  }

  /**
   * Opens the weights of a directory without touching their bytes.
   *
   * @throws CheckpointException if files are missing, truncated, contradictory or of a foreign kind
   */
  public static Checkpoint open(Path directory, Mapping mapping) {
    CheckpointFiles files = CheckpointFiles.find(directory);
    Map<Path, Map<String, SafetensorsHeader.Entry>> headers = new LinkedHashMap<>();
    for (Path shard : files.shards()) {
      try {
        RegularFile.size(shard);
        try (FileChannel channel = FileChannel.open(shard)) {
          headers.put(shard, SafetensorsHeader.read(shard, channel));
        }
      } catch (IOException e) {
        throw new CheckpointException(shard, "cannot be read: " + e.getMessage(), e);
      }
    }
    files.checkAgainstIndex(headers);
    Checkpoint checkpoint = new Checkpoint(directory, mapping);
    headers.forEach(
        (shard, entries) ->
            entries.forEach((name, entry) -> checkpoint.places.put(name, new Place(shard, entry))));
    return checkpoint;
  }

  public Path directory() {
    return directory;
  }

  /** All tensors, in file order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(places.keySet());
  }

  public boolean contains(String name) {
    return places.containsKey(name);
  }

  /**
   * @throws CheckpointException if there is no such tensor
   */
  public Info info(String name) {
    Place place = place(name);
    SafetensorsHeader.Entry entry = place.entry();
    return new Info(place.file(), entry.type().name(), entry.shape(), entry.byteSize());
  }

  /** Bytes of all tensors together. */
  public long totalBytes() {
    return places.values().stream().mapToLong(place -> place.entry().byteSize()).sum();
  }

  /**
   * A tensor as it lies in its file, mapped and not copied, unless native code would read it
   * unaligned.
   *
   * @throws CheckpointException if there is none, or its dtype is none of F32, BF16, F16, I32, I64
   */
  public TensorView tensor(String name) {
    Place place = place(name);
    SafetensorsHeader.Entry entry = place.entry();
    boolean isAligned = entry.begin() % entry.type().bytes() == 0;
    if (mapping == Mapping.NATIVE && !isAligned) {
      return Copies.plain(readable(place), allocate(entry.byteSize()));
    }
    return view(
        place, mapped.computeIfAbsent(place.file(), file -> MappedFile.open(file, mapping)));
  }

  /**
   * A {@code [K, N]} matrix as {@code [N, K]}, copied once into memory of this checkpoint's own.
   *
   * @throws CheckpointException as {@link #tensor}, or if it is no matrix of at most 2 GiB
   */
  public TensorView turned(String name) {
    Place place = place(name);
    SafetensorsHeader.Entry entry = place.entry();
    if (entry.shape().rank() != 2) {
      throw new CheckpointException(
          place.file(),
          String.format(
              Locale.ROOT, "tensor '%s': expected a matrix, got %s", name, entry.shape()));
    }
    return Copies.turned(readable(place), allocate(entry.byteSize()));
  }

  /** Unmaps everything: every view becomes invalid. */
  @Override
  public void close() {
    copies.forEach(OwnedMemory::close);
    copies.clear();
    mapped.values().forEach(MappedFile::close);
    mapped.clear();
  }

  /** A view that Java can read, whatever the mapping. */
  private TensorView readable(Place place) {
    try (MappedFile window = MappedFile.open(place.file(), Mapping.JAVA)) {
      return view(place, window);
    }
  }

  private TensorView view(Place place, MappedFile file) {
    SafetensorsHeader.Entry entry = place.entry();
    MappedFile.Window window = file.window(entry.begin(), entry.byteSize());
    return new TensorView(
        window.buffer(),
        window.byteOffset(),
        entry.type().dtype().orElseThrow(() -> unreadable(place)),
        entry.shape());
  }

  private static CheckpointException unreadable(Place place) {
    return new CheckpointException(
        place.file(),
        String.format(
            Locale.ROOT,
            "a tensor of dtype %s: expected F32, BF16 or F16 weights",
            place.entry().type()));
  }

  private OwnedMemory allocate(long bytes) {
    OwnedMemory memory = OwnedMemory.allocate(bytes, mapping);
    copies.add(memory);
    return memory;
  }

  private Place place(String name) {
    Place place = places.get(name);
    if (place == null) {
      throw new CheckpointException(
          directory, String.format(Locale.ROOT, "expected tensor '%s', found none", name));
    }
    return place;
  }
}
