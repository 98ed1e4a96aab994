package dev.fovea.weights;

import dev.fovea.tensor.DType;
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
import java.util.Optional;
import java.util.Set;

/**
 * The weights of a model directory by name. Opening checks every header; tensors are mapped or
 * copied when asked for and live until {@link #close()}. One thread at a time.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path directory;
  private final Mapping mapping;
  private final TensorPlaces places;
  private final Map<Path, FileStamp> stamps;
  private final Map<Path, MappedFile> mapped = new LinkedHashMap<>();
  private final List<OwnedMemory> copies = new ArrayList<>();

  /**
   * What a tensor is.
   *
   * @param file that holds it
   * @param type as its header names it, such as "BF16"
   * @param dtype that it has in memory if it is not converted; empty: it must be
   * @param isAligned whether it can be used where it lies in its file
   */
  public record Info(
      Path file,
      String type,
      Optional<DType> dtype,
      Shape shape,
      long byteSize,
      boolean isAligned) {

    /** Whether {@link Checkpoint#tensor} can give it in a floating dtype. */
    public boolean isFloating() {
      return StoredType.named(type).map(StoredType::isFloating).orElse(false);
    }
  }

  private Checkpoint(
      Path directory, Mapping mapping, TensorPlaces places, Map<Path, FileStamp> stamps) {
    this.directory = directory;
    this.mapping = mapping;
    this.places = places;
    this.stamps = stamps;
  }

  /**
   * Opens the weights of a directory without touching their bytes.
   *
   * @throws CheckpointException if files are missing, truncated or of a foreign kind
   */
  public static Checkpoint open(Path directory, Mapping mapping) {
    CheckpointFiles files = CheckpointFiles.find(directory);
    Map<Path, FileStamp> stamps = new LinkedHashMap<>();
    Map<Path, Map<String, SafetensorsHeader.Entry>> headers = new LinkedHashMap<>();
    for (Path shard : files.shards()) {
      try {
        stamps.put(shard, FileStamp.of(shard));
        try (FileChannel channel = FileChannel.open(shard)) {
          headers.put(shard, SafetensorsHeader.read(shard, channel));
        }
      } catch (IOException e) {
        throw new CheckpointException(shard, "cannot be read: " + e.getMessage(), e);
      }
    }
    return new Checkpoint(
        directory, mapping, TensorPlaces.of(headers, files.shardOf()), Map.copyOf(stamps));
  }

  public Path directory() {
    return directory;
  }

  /** All tensors, in file order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(places.all().keySet());
  }

  public boolean contains(String name) {
    return places.all().containsKey(name);
  }

  /** A line about an index that contradicts the headers of its files, if it does. */
  public Optional<String> warning() {
    return places.disagreement();
  }

  /**
   * @throws CheckpointException if there is no such tensor
   */
  public Info info(String name) {
    StoredFloats place = place(name);
    SafetensorsHeader.Entry entry = place.entry();
    return new Info(
        place.file(),
        entry.type().name(),
        entry.type().dtype(),
        entry.shape(),
        entry.byteSize(),
        isAligned(entry));
  }

  /** Whether every bit of a tensor is zero; reads it. */
  public boolean isZero(String name) {
    return place(name).isZero();
  }

  /** Whether two floating tensors of one shape have the same values; reads both. */
  public boolean areEqual(String one, String other) {
    return place(one).hasValuesOf(place(other));
  }

  /** Bytes of all tensors together. */
  public long totalBytes() {
    return places.all().values().stream().mapToLong(place -> place.entry().byteSize()).sum();
  }

  /**
   * A tensor as {@code dtype}: mapped as it lies in its file where it is stored so and aligned,
   * else converted into memory of this checkpoint's own.
   *
   * @throws CheckpointException if there is none, its elements are not floating, or one is beyond
   *     what {@code dtype} holds
   */
  public TensorView tensor(String name, DType dtype) {
    StoredFloats place = place(name);
    SafetensorsHeader.Entry entry = place.entry();
    boolean isMapped = entry.type().dtype().equals(Optional.of(dtype));
    if (isMapped && (mapping == Mapping.JAVA || isAligned(entry))) {
      MappedFile.Window window =
          mapped
              .computeIfAbsent(place.file(), file -> MappedFile.open(file, mapping))
              .window(entry.begin(), entry.byteSize());
      return new TensorView(window.buffer(), window.byteOffset(), dtype, entry.shape());
    }
    OwnedMemory copy = read(place, dtype);
    copies.add(copy);
    return new TensorView(copy.buffer(), 0, dtype, entry.shape());
  }

  /**
   * A {@code [K, N]} matrix as {@code [N, K]} of {@code dtype}, in memory of this checkpoint's own.
   *
   * @throws CheckpointException as {@link #tensor}, or if it is no matrix of at most 2 GiB
   */
  public TensorView turned(String name, DType dtype) {
    StoredFloats place = place(name);
    Shape shape = place.entry().shape();
    long bytes = shape.elements() * dtype.bytes();
    if (shape.rank() != 2 || bytes > Integer.MAX_VALUE) {
      throw new CheckpointException(
          place.file(),
          String.format(
              Locale.ROOT, "tensor '%s': expected a matrix of at most 2 GiB, got %s", name, shape));
    }
    OwnedMemory turned = OwnedMemory.allocate(bytes, mapping);
    copies.add(turned);
    try (OwnedMemory plain = read(place, dtype)) {
      Copies.turn(
          shape, dtype.bytes(), plain.window(0, (int) bytes), turned.window(0, (int) bytes));
    }
    return new TensorView(turned.buffer(), 0, dtype, Shape.of(shape.dim(1), shape.dim(0)));
  }

  /**
   * @throws CheckpointException if a file was written to since this was opened, so that nobody
   *     knows what was read
   */
  public void requireUntouched() {
    stamps
        .values()
        .forEach(
            stamp ->
                stamp
                    .damage()
                    .ifPresent(
                        damage -> {
                          throw new CheckpointException(damage);
                        }));
  }

  /** Files that views still lie in, as they were when this was opened. */
  public List<FileStamp> mappedFiles() {
    return mapped.keySet().stream().map(stamps::get).toList();
  }

  /** Frees what was copied and converted so far: those views become invalid. */
  public void closeCopies() {
    copies.forEach(OwnedMemory::close);
    copies.clear();
  }

  /** Unmaps everything: every view becomes invalid. */
  @Override
  public void close() {
    closeCopies();
    mapped.values().forEach(MappedFile::close);
    mapped.clear();
  }

  private OwnedMemory read(StoredFloats place, DType dtype) {
    SafetensorsHeader.Entry entry = place.entry();
    if (!entry.type().isFloating()) {
      throw new CheckpointException(
          place.file(),
          String.format(
              Locale.ROOT,
              "tensor '%s': expected F32, BF16 or F16 weights, got %s",
              place.name(),
              entry.type()));
    }
    OwnedMemory memory = OwnedMemory.allocate(entry.shape().elements() * dtype.bytes(), mapping);
    try {
      place.into(memory, dtype);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    return memory;
  }

  /** Native code reads elements at multiples of their size. */
  private static boolean isAligned(SafetensorsHeader.Entry entry) {
    return entry.begin() % entry.type().bytes() == 0;
  }

  private StoredFloats place(String name) {
    return places
        .find(name)
        .orElseThrow(
            () ->
                new CheckpointException(
                    directory,
                    String.format(Locale.ROOT, "expected tensor '%s', found none", name)));
  }
}
