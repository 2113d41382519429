package io.ramshot.image;

import io.ramshot.file.NewFile;
import io.ramshot.file.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Which pages a guest touched first after it was restored, in that order: a file beside the image,
 * from which the next restore knows what to read first (docs/RESTORE.md). Only an order, so a file
 * that is damaged or another image's counts for nothing.
 *
 * @param places first to last
 */
public record TouchTrace(List<Place> places) {
  private static final byte[] MAGIC = "RAMTRACE".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int CRC_OFFSET = 36;
  private static final int HEADER_LENGTH = 40;
  private static final int ENTRY_LENGTH = 8;
  private static final int MOST = 1 << 20;

  /**
   * A page of an image.
   *
   * @param block its id
   * @param page index of an image page
   */
  public record Place(int block, int page) {}

  public TouchTrace {
    places = List.copyOf(places);
  }

  /** The file beside an image. */
  public static Path path(Path image) {
    return image.resolveSibling(image.getFileName() + ".trace");
  }

  /** The trace beside an image; empty where there is none that is whole and the image's. */
  public static TouchTrace read(Image image) {
    try (RegularFile file = RegularFile.open(path(image.path()))) {
      long size = file.channel().size();
      if (size < HEADER_LENGTH || size > HEADER_LENGTH + (long) MOST * ENTRY_LENGTH) {
        return new TouchTrace(List.of());
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && file.channel().read(bytes) >= 0) {
        continue;
      }
      return decode(bytes.rewind(), image); /* one that has been cut since fails its checksum */
    } catch (IOException e) {
      return new TouchTrace(List.of());
    }
  }

  private static TouchTrace decode(ByteBuffer in, Image image) {
    in.order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    int version = in.getInt();
    int count = in.getInt();
    UUID id = readId(in);
    List<Place> places = new ArrayList<>();
    if (!java.util.Arrays.equals(magic, MAGIC)
        || version != VERSION
        || !id.equals(image.header().id())
        || count < 0
        || in.capacity() != HEADER_LENGTH + (long) count * ENTRY_LENGTH
        || in.getInt() != 0
        || in.getInt() != crc(in.array())) {
      return new TouchTrace(places);
    }
    for (int i = 0; i < count; i++) {
      Place place = new Place(in.getInt(), in.getInt());
      if (!exists(place, image)) {
        return new TouchTrace(List.of());
      }
      places.add(place);
    }
    return new TouchTrace(places);
  }

  /** Only a trace gives way to another. */
  private static void removeOlder(Path path) throws IOException {
    byte[] start = new byte[MAGIC.length];
    try (RegularFile file = RegularFile.open(path)) {
      file.channel().read(ByteBuffer.wrap(start));
    } catch (NoSuchFileException e) {
      return;
    }
    if (java.util.Arrays.equals(start, MAGIC)) {
      Files.delete(path);
    }
  }

  private static boolean exists(Place place, Image image) {
    return place.block() >= 0
        && place.block() < image.blocks().size()
        && place.page() >= 0
        && place.page() < image.blocks().get(place.block()).pageCount(image.header().pageSize());
  }

  private static UUID readId(ByteBuffer in) {
    ByteBuffer id = in.slice(in.position(), 16).order(ByteOrder.BIG_ENDIAN);
    in.position(in.position() + 16);
    return new UUID(id.getLong(), id.getLong());
  }

  private static int crc(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, CRC_OFFSET);
    crc.update(file, HEADER_LENGTH, file.length - HEADER_LENGTH);
    return (int) crc.getValue();
  }

  /** This one, and then what only an older one has: what was read in time was not touched again. */
  public TouchTrace before(TouchTrace older) {
    Set<Place> all = new LinkedHashSet<>(places);
    all.addAll(older.places);
    return new TouchTrace(all.stream().limit(MOST).toList());
  }

  /**
   * Writes the file beside an image, in the place of an older one.
   *
   * @param id the image's
   */
  public void write(Path image, UUID id) throws IOException {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_LENGTH + places.size() * ENTRY_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(VERSION).putInt(places.size());
    out.order(ByteOrder.BIG_ENDIAN)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0).putInt(0);
    places.forEach(place -> out.putInt(place.block()).putInt(place.page()));
    out.putInt(CRC_OFFSET, crc(out.array()));
    Path target = path(image);
    removeOlder(target);
    NewFile.write(target, out.array());
  }
}
