package dev.fovea.weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which file each tensor is taken from. The headers of the files say what is there; an index only
 * chooses between two files that both have a tensor.
 *
 * @param all by name, in file order
 * @param twice names that two files have and the index places in neither, with the second file
 * @param disagreement a line about an index that says otherwise than the headers
 */
record TensorPlaces(
    Map<String, StoredFloats> all, Map<String, Path> twice, Optional<String> disagreement) {

  /**
   * @param shardOf file name by tensor, from the index; empty without one
   */
  static TensorPlaces of(
      Map<Path, Map<String, SafetensorsHeader.Entry>> headers, Map<String, String> shardOf) {
    Map<String, StoredFloats> all = new LinkedHashMap<>();
    Map<String, Path> twice = new LinkedHashMap<>();
    Set<String> contradicted = new LinkedHashSet<>();
    headers.forEach(
        (file, entries) ->
            entries.forEach(
                (name, entry) -> {
                  boolean isIndexed = file.getFileName().toString().equals(shardOf.get(name));
                  StoredFloats other = all.get(name);
                  if (isIndexed) {
                    twice.remove(name);
                  }
                  if (!isIndexed && !shardOf.isEmpty()) {
                    contradicted.add(name);
                  }
                  if (other == null || isIndexed) {
                    all.put(name, new StoredFloats(name, file, entry));
                  }
                  if (other != null && !isIndexed && !isPlaced(other, shardOf)) {
                    twice.put(name, file);
                  }
                }));
    shardOf.keySet().stream().filter(name -> !all.containsKey(name)).forEach(contradicted::add);
    return new TensorPlaces(all, twice, disagreement(contradicted, all));
  }

  private static boolean isPlaced(StoredFloats place, Map<String, String> shardOf) {
    return place.file().getFileName().toString().equals(shardOf.get(place.name()));
  }

  private static Optional<String> disagreement(Set<String> names, Map<String, StoredFloats> all) {
    return names.stream()
        .findFirst()
        .map(
            name ->
                String.format(
                    Locale.ROOT,
                    "%s disagrees with its files about some tensors: %d, such as '%s', which %s",
                    CheckpointFiles.INDEX,
                    names.size(),
                    name,
                    all.containsKey(name)
                        ? "is in " + all.get(name).file().getFileName()
                        : "none of them has"));
  }

  /**
   * @throws CheckpointException if two files have it and nothing says which of them counts
   */
  Optional<StoredFloats> find(String name) {
    if (twice.containsKey(name)) {
      throw new CheckpointException(
          twice.get(name),
          String.format(
              Locale.ROOT,
              "tensor '%s' is in %s too, and %s places it in neither",
              name,
              all.get(name).file().getFileName(),
              CheckpointFiles.INDEX));
    }
    return Optional.ofNullable(all.get(name));
  }
}
