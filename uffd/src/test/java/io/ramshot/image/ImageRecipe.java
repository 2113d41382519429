package io.ramshot.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/**
 * An image in the few bytes that matter, for a fuzzer to mutate: no holes, no checksums, no lengths
 * that are wrong nearly always. What becomes of it is an image whose checksums are right, so that
 * the checks behind them have to hold.
 *
 * <pre>
 *   u8    {@link #WRONG_HEADER_CRC} and so on; in the upper 3 bits how often 4096 is doubled to a page size
 *   u8    in the lower 3 bits the count of changes to the header; {@link #PARENT}
 *   ...   each change: u16 offset, 8 bytes to be xored
 *   ...   each section: u8 type, u16 payload length, payload
 *
 *   type  bit 7 clear: the section that should come next; else one of {@link #TYPES}
 *         bit 6 set: before the length come u8 offset and u8 to be xored to the section's header
 * </pre>
 */
final class ImageRecipe {
  static final int WRONG_HEADER_CRC = 1;
  static final int WRONG_SECTIONS_CRC = 2;
  static final int WRONG_PAYLOAD_CRCS = 4;
  static final int WRONG_PAGE_CRCS = 8;

  /** Page data is not all zero: its first bytes are filled, so that pages hold foreign bytes. */
  static final int FILLED = 16;

  private static final int PAGE_SIZE_SHIFT = 5;

  /** In the second byte: the image is an increment on top of {@link #PARENT_ID}. */
  static final int PARENT = 8;

  static final UUID PARENT_ID = new UUID(1, 1);

  private static final int TYPE_GIVEN = 0x80;
  private static final int HEADER_DAMAGED = 0x40;

  static final List<String> TYPES =
      List.of(
          "PROD", "PRNT", "BLKS", "PAGE", "SHAP", "STAT", "INFO", "hist", "hash", "note", "NOTE",
          "!!!!");

  private static final int FILLED_BYTES = 1 << 16;
  private static final byte FILLING = 0x5A;

  /** Files may be as long as this, which takes no room: they are holes. In bytes. */
  private static final long MAX_DATA = 1L << 42;

  private record Part(String type, int damageAt, int damage, ByteBuffer payload) {}

  private record Place(long offset, long length, int lead, int kind) {}

  private final int options;
  private final int pageSize;
  private final ByteBuffer changes;
  private final int changeCount;
  private final boolean hasParent;
  private final List<Part> parts = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  ImageRecipe(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    options = in.hasRemaining() ? in.get() : 0;
    pageSize = 4096 << (options >> PAGE_SIZE_SHIFT & 7) % 5;
    int second = in.hasRemaining() ? in.get() : 0;
    hasParent = (second & PARENT) != 0;
    changeCount = Math.min(second & 7, in.remaining() / 10);
    changes = in.slice(in.position(), changeCount * 10).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + changeCount * 10);
    Deque<String> expected = new ArrayDeque<>(List.of("PROD"));
    while (in.remaining() >= 5) {
      int code = Byte.toUnsignedInt(in.get());
      boolean damaged = (code & HEADER_DAMAGED) != 0;
      int damageAt = damaged ? Byte.toUnsignedInt(in.get()) % 24 : 0;
      int damage = damaged ? in.get() : 0;
      int length = Math.min(Short.toUnsignedInt(in.getShort()), in.remaining());
      ByteBuffer payload = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      payload.put(0, in, in.position(), length);
      in.position(in.position() + length);
      String type =
          (code & TYPE_GIVEN) != 0
              ? TYPES.get((code & HEADER_DAMAGED - 1) % TYPES.size())
              : expected.isEmpty() ? "note" : expected.poll();
      parts.add(new Part(type, damageAt, damage, payload));
      expect(type, payload, expected);
    }
  }

  private void expect(String type, ByteBuffer payload, Deque<String> expected) {
    switch (type) {
      case "PROD" -> {
        if (hasParent) {
          expected.add("PRNT");
        }
        expected.add("BLKS");
      }
      case "BLKS" -> {
        if (places.isEmpty()) {
          place(payload);
          places.forEach(place -> expected.add("PAGE"));
          places.stream()
              .filter(place -> place.kind() == BlockKind.HEAP_PIECES.code())
              .forEach(place -> expected.add("SHAP"));
          expected.addAll(List.of("STAT", "INFO"));
        }
      }
      default -> {}
    }
  }

  /** The recipe for an image with the sections of this one. */
  static byte[] of(byte[] image) {
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int shift = Integer.numberOfTrailingZeros(in.getInt(12)) - 12;
    out.write(shift << PAGE_SIZE_SHIFT);
    out.write((in.getLong(40) | in.getLong(48)) != 0 ? PARENT : 0);
    int at = (int) in.getLong(80);
    for (int i = 0; i < in.getInt(96); i++) {
      String type = new String(image, at, 4, StandardCharsets.US_ASCII);
      int length = Math.toIntExact(in.getLong(at + 8));
      out.write(Character.isLowerCase(type.charAt(0)) ? TYPE_GIVEN | TYPES.indexOf(type) : 0);
      out.write(length);
      out.write(length >> 8);
      out.write(image, at + 24, length);
      at += 24 + (length + 7 & -8);
    }
    return out.toByteArray();
  }

  /** Where blocks lie, as far as their list makes sense. */
  private void place(ByteBuffer blocks) {
    ByteBuffer in = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long end = ImageLayout.ALIGNMENT;
    in.position(Math.min(4, in.limit()));
    while (in.remaining() >= 34) {
      int at = in.position();
      Place place =
          new Place(in.getLong(at + 16), in.getLong(at + 8), in.getInt(at + 24), in.getInt(at + 4));
      if (place.offset() < end
          || place.offset() > MAX_DATA
          || place.length() < 1
          || place.length() > MAX_DATA
          || place.lead() < 0
          || place.lead() >= pageSize) {
        break;
      }
      places.add(place);
      end = place.offset() + pages(place) * pageSize;
      in.position(Math.min(in.limit(), at + 34 + (in.getShort(at + 32) & 0xFFFF)));
    }
  }

  private long pages(Place place) {
    return (place.lead() + place.length() + pageSize - 1) / pageSize;
  }

  int metadataLength() {
    return parts.stream().mapToInt(part -> 24 + (part.payload().capacity() + 7 & -8)).sum();
  }

  /** The file's blocks, as far as their list makes sense. */
  int blockCount() {
    return places.size();
  }

  /** Of the file, in bytes, unless its header says otherwise. */
  long length() {
    return metadataOffset() + metadataLength();
  }

  private long metadataOffset() {
    if (places.isEmpty()) {
      return ImageLayout.ALIGNMENT;
    }
    Place last = places.get(places.size() - 1);
    return last.offset() + pages(last) * pageSize;
  }

  /** The file, which must not be long. */
  byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(length()));
    forEachPart((offset, bytes) -> out.put((int) offset, bytes, 0, bytes.limit()));
    return out.array();
  }

  /**
   * @param channel of a file that is overwritten
   */
  void write(FileChannel channel) throws IOException {
    channel.truncate(0);
    // So that the file is as long as it says when there is no metadata.
    channel.write(ByteBuffer.allocate(1), metadataOffset() - 1);
    List<IOException> failures = new ArrayList<>();
    forEachPart(
        (offset, bytes) -> {
          try {
            channel.write(bytes, offset);
          } catch (IOException e) {
            failures.add(e);
          }
        });
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  private interface Writer {
    void write(long offset, ByteBuffer bytes);
  }

  /** What is not a hole. */
  private void forEachPart(Writer writer) {
    Checksum headers = new Checksum();
    ByteBuffer metadata = metadata(headers);
    writer.write(0, header(metadataOffset(), metadata.limit(), headers.value()));
    if ((options & FILLED) != 0) {
      long filled = Math.min(FILLED_BYTES, metadataOffset() - ImageLayout.ALIGNMENT);
      writer.write(ImageLayout.ALIGNMENT, ByteBuffer.wrap(filling((int) filled)));
    }
    writer.write(metadataOffset(), metadata);
  }

  private static byte[] filling(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, FILLING);
    return bytes;
  }

  private ByteBuffer metadata(Checksum headers) {
    if ((options & WRONG_PAGE_CRCS) == 0) {
      int block = 0;
      for (Part part : parts) {
        if (part.type().equals("PAGE") && block < places.size()) {
          checkPages(part.payload(), places.get(block++));
        }
      }
    }
    ByteBuffer out = ByteBuffer.allocate(metadataLength()).order(ByteOrder.LITTLE_ENDIAN);
    Checksum checksum = new Checksum();
    for (Part part : parts) {
      int at = out.position();
      int length = part.payload().capacity();
      out.put(part.type().getBytes(StandardCharsets.US_ASCII));
      out.putInt((options & WRONG_PAYLOAD_CRCS) != 0 ? 0 : checksum.of(part.payload(), 0, length));
      out.putLong(length);
      out.put(at + part.damageAt(), (byte) (out.get(at + part.damageAt()) ^ part.damage()));
      if (part.damageAt() < 20) {
        out.putInt(at + 20, checksum.of(out, at, 20));
      }
      headers.add(out, at, 20);
      out.put(at + 24, part.payload(), 0, length);
      out.position(at + 24 + (length + 7 & -8));
    }
    return out.flip();
  }

  /** Gives stored pages the checksums of what the file has there. */
  private void checkPages(ByteBuffer table, Place place) {
    long pages = pages(place);
    if (16 + (pages + 7 & -8) + 4 * pages > table.capacity()) {
      return;
    }
    Checksum checksum = new Checksum();
    ByteBuffer bytes = ByteBuffer.allocate(pageSize);
    for (int page = 0; page < pages; page++) {
      if (table.get(16 + page) != PageKind.STORED.code()) {
        continue;
      }
      long offset = place.offset() - ImageLayout.ALIGNMENT + (long) page * pageSize;
      boolean filled = (options & FILLED) != 0 && offset < FILLED_BYTES;
      Arrays.fill(bytes.array(), filled ? FILLING : 0);
      table.putInt(16 + (int) (pages + 7 & -8) + 4 * page, checksum.of(bytes, 0, pageSize));
    }
  }

  private ByteBuffer header(long metadataOffset, int metadataLength, int headersCrc) {
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RAMSHOT\u001a".getBytes(StandardCharsets.US_ASCII));
    out.putInt(1).putInt(pageSize).putInt(1).putInt(0);
    out.putLong(0x7766554433221100L).putLong(0xFFEEDDCCBBAA9988L);
    out.order(ByteOrder.BIG_ENDIAN);
    out.putLong(hasParent ? PARENT_ID.getMostSignificantBits() : 0);
    out.putLong(hasParent ? PARENT_ID.getLeastSignificantBits() : 0);
    out.order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(1_790_000_000_123L);
    out.putLong(ImageLayout.ALIGNMENT).putLong(metadataOffset - ImageLayout.ALIGNMENT);
    out.putLong(metadataOffset).putLong(metadataLength);
    out.putInt(parts.size()).putInt(places.size());
    out.putLong(metadataOffset + metadataLength);
    out.putInt((options & WRONG_SECTIONS_CRC) != 0 ? 0 : headersCrc);
    for (int i = 0; i < changeCount; i++) {
      int at = Math.min((changes.getShort(i * 10) & 0xFFFF) % 4096, 4096 - 8);
      out.putLong(at, out.getLong(at) ^ changes.getLong(i * 10 + 2));
    }
    if ((options & WRONG_HEADER_CRC) == 0) {
      out.putInt(4092, new Checksum().of(out, 0, 4092));
    }
    return out.clear();
  }
}
