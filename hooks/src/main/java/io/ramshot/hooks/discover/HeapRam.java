package io.ramshot.hooks.discover;

import io.ramshot.Block;
import io.ramshot.hooks.BlockNames;
import io.ramshot.hooks.HookOptions;
import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import io.ramshot.uffd.HeapPieces;
import io.ramshot.uffd.LargeArrays;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds memory of the host that may be guest RAM, and what holds it. */
final class HeapRam {

  /** What was found, without knowing yet who writes to it. */
  record Found(String key, String value, String what, Class<?> owner, Pages pages) {}

  private static final String UNKNOWN_SITE = ByteBuffer.class.getName();

  private final LargeArrays heap;
  private final HeapPlaces places;
  private final long minimum;
  private final List<String> remarks = new ArrayList<>();

  /**
   * @param minimum smallest memory that counts, in bytes
   */
  HeapRam(LargeArrays heap, HeapPlaces places, long minimum) {
    this.heap = heap;
    this.places = places;
    this.minimum = minimum;
  }

  static boolean isArrayOfPrimitives(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return type.isArray() && element.isPrimitive();
  }

  /** What a reader should know besides, a line each. */
  List<String> remarks() {
    return remarks;
  }

  /** On the Java heap, by the field that holds it. */
  List<Found> onHeap() {
    Map<Place, List<Object>> byPlace = new LinkedHashMap<>();
    Map<Place, String> also = new LinkedHashMap<>();
    Map<String, long[]> unnamed = new TreeMap<>();
    Set<Object> inBuffers = addBuffers(byPlace);
    for (Object array : places.found()) {
      if (!isArrayOfPrimitives(array.getClass())
          || inBuffers.contains(array)
          || places.isPiece(array)
          || HeapPages.bytes(array) < minimum) {
        continue;
      }
      List<Place> holders = new ArrayList<>(places.of(array));
      if (holders.isEmpty()) {
        for (String stranger : places.strangers(array)) {
          long[] sum = unnamed.computeIfAbsent(stranger, s -> new long[2]);
          sum[0]++;
          sum[1] += HeapPages.bytes(array);
        }
        continue;
      }
      holders.sort(Comparator.comparing(HeapRam::unlikely).thenComparing(Place::option));
      Place best = holders.stream().filter(byPlace::containsKey).findFirst().orElse(holders.get(0));
      byPlace.computeIfAbsent(best, p -> new ArrayList<>()).add(array);
      holders.remove(best);
      if (!holders.isEmpty()) {
        also.put(
            best,
            ", which "
                + holders.stream().limit(3).map(Place::option).collect(Collectors.joining(", "))
                + " refers to as well");
      }
    }
    unnamed.forEach(
        (holder, sum) ->
            remarks.add(
                sum[0]
                    + " arrays of "
                    + Sizes.text(sum[1])
                    + " in all are only in "
                    + holder
                    + ": ram= can name the field of an ArrayList or of an array"));
    List<Found> found = new ArrayList<>();
    byPlace.forEach((place, arrays) -> found.add(onHeap(place, arrays, also)));
    return found;
  }

  /**
   * Adds what is in arrays of heap buffers, however small each is.
   *
   * @return the arrays behind the buffers
   */
  private Set<Object> addBuffers(Map<Place, List<Object>> byPlace) {
    Set<Object> all = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Object object : places.found()) {
      if (object instanceof ByteBuffer[] buffers) {
        List<Object> arrays = new ArrayList<>();
        for (ByteBuffer buffer : buffers) {
          if (buffer != null && buffer.hasArray()) {
            arrays.add(buffer.array());
          }
        }
        List<Place> holders = places.of(buffers);
        if (!holders.isEmpty()
            && arrays.stream().mapToLong(HeapPages::bytes).sum() >= minimum
            && all.addAll(arrays)) {
          byPlace.computeIfAbsent(holders.get(0), p -> new ArrayList<>()).addAll(arrays);
        }
      }
    }
    return all;
  }

  /** A field that says RAM is a better name than another one of the same array. */
  private static int unlikely(Place place) {
    RamCandidate named = new RamCandidate("", place.option(), "", null, null, null);
    return named.isNamedRam() ? 0 : 1;
  }

  private static Found onHeap(Place place, List<Object> arrays, Map<Place, String> also) {
    HeapPages pages = new HeapPages(arrays);
    Object first = arrays.get(0);
    String what =
        (arrays.size() > 1 ? arrays.size() + " times " : "")
            + first.getClass().getTypeName()
            + (first instanceof Object[] ? " of " + pages.pieces() + " pieces" : "")
            + ", "
            + Sizes.text(pages.bytes())
            + " on the Java heap, "
            + (place.isStatic() ? "static" : "instance")
            + " field"
            + also.getOrDefault(place, "");
    return new Found(HookOptions.RAM, place.option(), what, place.owner(), pages);
  }

  /** Outside the Java heap: blocks whose allocation was seen, or buffers that were found. */
  List<Found> offHeap(List<Block> blocks) {
    Map<String, List<Block>> bySite = new LinkedHashMap<>();
    Map<String, Place> fields = new LinkedHashMap<>();
    for (Block block : blocks) {
      if (block.length() < minimum || block.address() == 0) {
        continue;
      }
      String site = BlockNames.siteOf(block.name());
      Place field = field(block);
      if (site.equals(UNKNOWN_SITE) && field != null) {
        site = field.option();
      }
      fields.putIfAbsent(site, field);
      bySite.computeIfAbsent(site, s -> new ArrayList<>()).add(block);
    }
    List<Found> found = new ArrayList<>();
    bySite.forEach((site, all) -> found.add(offHeap(site, all, fields.get(site))));
    return found;
  }

  private Found offHeap(String site, List<Block> blocks, Place field) {
    NativePages pages =
        new NativePages(
            blocks.stream().map(b -> new NativePages.Range(b.address(), b.length())).toList(),
            field == null && blocks.get(0).kind() == BlockKind.NATIVE);
    boolean byField = field != null && field.option().equals(site);
    String what =
        (blocks.size() > 1 ? blocks.size() + " blocks of " : "")
            + blocks.get(0).kind()
            + " memory, "
            + Sizes.text(pages.bytes())
            + (byField
                ? " outside the Java heap, in a field"
                : site.equals(UNKNOWN_SITE)
                    ? " outside the Java heap, in no field that ram= could name"
                    : " outside the Java heap, allocated by " + site)
            + (field == null || byField ? "" : ", in field " + field.option());
    return new Found(
        byField ? HookOptions.RAM : site.equals(UNKNOWN_SITE) ? null : HookOptions.RAM_BY,
        site,
        what,
        field == null ? null : field.owner(),
        pages);
  }

  /** The host's field with a buffer over a block, or null. */
  private Place field(Block block) {
    for (Object object : places.found()) {
      if (object instanceof ByteBuffer buffer
          && buffer.isDirect()
          && GuestMemory.addressOf(buffer) == block.address()) {
        List<Place> holders = new ArrayList<>(places.of(buffer));
        holders.sort(Comparator.comparing(HeapRam::unlikely).thenComparing(Place::option));
        if (!holders.isEmpty()) {
          return holders.get(0);
        }
      }
    }
    return null;
  }

  /** Small arrays that are much together, and that no array of arrays holds: a line each. */
  List<String> scattered() {
    List<String> lines = new ArrayList<>();
    for (HeapPieces pieces : heap.pieces()) {
      long bytes =
          pieces.count()
              * HeapPages.bytes(
                  Array.newInstance(pieces.type().getComponentType(), pieces.length()));
      if (bytes >= minimum && pieces.count() >= 8 && isGuestLike(pieces)) {
        lines.add(
            "%d times %s[%d], %s in all, in objects of %s: ram= can name them only in an array of arrays"
                .formatted(
                    pieces.count(),
                    pieces.type().getComponentType().getName(),
                    pieces.length(),
                    Sizes.text(bytes),
                    pieces.owner().getTypeName()));
      }
    }
    return lines;
  }

  private static boolean isGuestLike(HeapPieces pieces) {
    return HostCode.isHost(pieces.owner())
        || pieces.length() >= 1024 && Integer.bitCount(pieces.length()) == 1;
  }
}
