package io.ramshot.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An image in the few bytes that matter, for a fuzzer to mutate: no holes, no checksums, no lengths
 * that are wrong nearly always. What becomes of it is an image whose checksums are right, so that
 * the checks behind them have to hold.
 *
 * <pre>
 *   u8       {@link #WRONG_HEADER_CRC} ..., and the page size as a power of two from 4096, in the upper bits
 *   u8       count of changes to the header, modulo 8; each: u16 offset modulo 4096, 8 bytes to be xored
 *   ...      sections: u8 type, u8 damage, u16 payload length, payload
 *            types: index of {@link #TYPES}, modulo their number; damage: if odd, u8 offset modulo 24 and
 *            u8 to be xored to the section's header
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

  static final List<String> TYPES =
      List.of(
          "PROD", "PRNT", "BLKS", "PAGE", "SHAP", "STAT", "INFO", "hist", "hash", "note", "NOTE",
          "!!!!");

  private static final int FILLED_BYTES = 1 << 16;
  private static final byte FILLING = 0x5A;

  /** Files may be as long as this, which takes no room: they are holes. In bytes. */
  private static final long MAX_DATA = 1L << 42;

  private record Part(String type, int damageAt, int damage, ByteBuffer payload) {}

  private record Place(long offset, long length, int lead) {}

  private final int options;
  private final int pageSize;
  private final ByteBuffer changes;
  private final int changeCount;
  private final List<Part> parts = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();

  ImageRecipe(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    options = in.hasRemaining() ? in.get() : 0;
    pageSize = 4096 << (options >> PAGE_SIZE_SHIFT & 7) % 5;
    int count = in.hasRemaining() ? in.get() & 7 : 0;
    changeCount = Math.min(count, in.remaining() / 10);
    changes = in.slice(in.position(), changeCount * 10).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + changeCount * 10);
    while (in.remaining() >= 4) {
      String type = TYPES.get(Byte.toUnsignedInt(in.get()) % TYPES.size());
      boolean damaged = (in.get() & 1) != 0;
      int length = in.getShort() & 0xFFFF;
      int damageAt = damaged && in.remaining() >= 2 ? (in.get() & 0xFF) % 24 : 0;
      int damage = damaged && in.hasRemaining() ? in.get() : 0;
      int taken = Math.min(length, in.remaining());
      ByteBuffer payload = ByteBuffer.allocate(taken).order(ByteOrder.LITTLE_ENDIAN);
      payload.put(0, in, in.position(), taken);
      in.position(in.position() + taken);
      parts.add(new Part(type, damageAt, damage, payload));
    }
    parts.stream().filter(part -> part.type().equals("BLKS")).findFirst().ifPresent(this::place);
  }

  /** The recipe for an image with the sections of this one. */
  static byte[] of(byte[] image) {
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int shift = Integer.numberOfTrailingZeros(in.getInt(12)) - 12;
    out.write(shift << PAGE_SIZE_SHIFT);
    boolean parent = in.getLong(40) != 0 || in.getLong(48) != 0;
    out.write(parent ? 2 : 0);
    for (int at = 40; parent && at < 56; at += 8) {
      out.write(at);
      out.write(0);
      out.write(image, at, 8);
    }
    int at = (int) in.getLong(80);
    for (int i = 0; i < in.getInt(96); i++) {
      String type = new String(image, at, 4, StandardCharsets.US_ASCII);
      int length = Math.toIntExact(in.getLong(at + 8));
      out.write(Math.max(TYPES.indexOf(type), TYPES.indexOf("note")));
      out.write(0);
      out.write(length);
      out.write(length >> 8);
      out.write(image, at + 24, length);
      at += 24 + (length + 7 & -8);
    }
    return out.toByteArray();
  }

  /** Where blocks lie, as far as their list makes sense. */
  private void place(Part blocks) {
    ByteBuffer in = blocks.payload().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long end = ImageLayout.ALIGNMENT;
    in.position(Math.min(4, in.limit()));
    while (in.remaining() >= 34) {
      int at = in.position();
      Place place = new Place(in.getLong(at + 16), in.getLong(at + 8), in.getInt(at + 24));
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

  /**
   * @param channel of a file that is overwritten
   */
  void write(FileChannel channel) throws IOException {
    long metadataOffset = ImageLayout.ALIGNMENT;
    for (Place place : places) {
      metadataOffset = place.offset() + pages(place) * pageSize;
    }
    Checksum headers = new Checksum();
    ByteBuffer metadata = metadata(headers);
    ByteBuffer header = header(metadataOffset, metadata.capacity(), headers.value());
    channel.truncate(0);
    channel.write(header, 0);
    // So that the file is as long as it says when there is no metadata.
    channel.write(ByteBuffer.allocate(1), metadataOffset - 1);
    if ((options & FILLED) != 0) {
      long filled = Math.min(FILLED_BYTES, metadataOffset - ImageLayout.ALIGNMENT);
      channel.write(ByteBuffer.wrap(filling((int) filled)), ImageLayout.ALIGNMENT);
    }
    channel.write(metadata, metadataOffset);
  }

  private static byte[] filling(int length) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, FILLING);
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
      out.putInt(
          (options & WRONG_PAYLOAD_CRCS) != 0 ? 0 : checksum.of(part.payload(), 0, length));
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
      if (table.get(16 + page) == 0) {
        continue;
      }
      long offset = place.offset() - ImageLayout.ALIGNMENT + (long) page * pageSize;
      boolean filled = (options & FILLED) != 0 && offset < FILLED_BYTES;
      java.util.Arrays.fill(bytes.array(), filled ? FILLING : 0);
      table.putInt(
          16 + (int) (pages + 7 & -8) + 4 * page, checksum.of(bytes, 0, pageSize));
    }
  }

  private ByteBuffer header(long metadataOffset, int metadataLength, int headersCrc) {
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RAMSHOT\u001a".getBytes(StandardCharsets.US_ASCII));
    out.putInt(1).putInt(pageSize).putInt(1).putInt(0);
    out.putLong(0x7766554433221100L).putLong(0xFFEEDDCCBBAA9988L).putLong(0).putLong(0);
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
