package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The first 4096 bytes of an image (docs/FORMAT.md).
 *
 * @param pageSize of the machine that wrote the image, in bytes
 * @param byteOrder of that machine, hence of the words in guest RAM; fields of the file itself are
 *     little-endian always
 * @param id of this image
 * @param parentId of the image that an incremental one builds upon, or null
 * @param freezeTime by the wall clock, in whole ms
 * @param dataOffset where page data starts, in bytes
 * @param dataLength in bytes, holes included
 * @param metadataOffset where the first section starts, in bytes
 * @param metadataLength in bytes
 * @param sectionCount sections in the metadata
 * @param blockCount blocks in the image
 * @param sectionsCrc CRC-32C of all section headers in file order, each without its own checksum: a
 *     CRC over bytes and their CRC is the same for all bytes, and would bind nothing
 * @param fileLength of the whole file, in bytes
 */
public record ImageHeader(
    int pageSize,
    ByteOrder byteOrder,
    UUID id,
    UUID parentId,
    Instant freezeTime,
    long dataOffset,
    long dataLength,
    long metadataOffset,
    long metadataLength,
    int sectionCount,
    int blockCount,
    int sectionsCrc,
    long fileLength) {

  /** The version of the format that this build writes, and the only one it reads. */
  public static final int VERSION = 1;

  /** In bytes. */
  static final int LENGTH = 4096;

  private static final byte[] MAGIC = {'R', 'A', 'M', 'S', 'H', 'O', 'T', 0x1A};
  private static final int VERSION_AT = 8;
  private static final int PAGE_SIZE_AT = 12;
  private static final int BYTE_ORDER_AT = 16;
  private static final int FLAGS_AT = 20;
  private static final int ID_AT = 24;
  private static final int PARENT_ID_AT = 40;
  private static final int FREEZE_TIME_AT = 56;
  private static final int DATA_OFFSET_AT = 64;
  private static final int DATA_LENGTH_AT = 72;
  private static final int METADATA_OFFSET_AT = 80;
  private static final int METADATA_LENGTH_AT = 88;
  private static final int SECTION_COUNT_AT = 96;
  private static final int BLOCK_COUNT_AT = 100;
  private static final int FILE_LENGTH_AT = 104;
  private static final int SECTIONS_CRC_AT = 112;
  private static final int RESERVED_AT = 116;
  private static final int CRC_AT = 4092;

  private static final UUID NO_ID = new UUID(0, 0);

  /** The image this one builds upon, if it is incremental. */
  public Optional<UUID> parent() {
    return Optional.ofNullable(parentId);
  }

  /** That of a full image in this one's place that has its parent's id. */
  ImageHeader asParent() {
    return new ImageHeader(
        pageSize,
        byteOrder,
        parentId,
        null,
        freezeTime,
        dataOffset,
        dataLength,
        metadataOffset,
        metadataLength,
        sectionCount,
        blockCount,
        sectionsCrc,
        fileLength);
  }

  static boolean isPageSize(int bytes) {
    return bytes >= 4096 && bytes <= 65536 && Integer.bitCount(bytes) == 1;
  }

  /**
   * @return 4096 bytes, ready to be written
   */
  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(0, MAGIC);
    bytes.putInt(VERSION_AT, VERSION);
    bytes.putInt(PAGE_SIZE_AT, pageSize);
    bytes.putInt(BYTE_ORDER_AT, byteOrder == ByteOrder.LITTLE_ENDIAN ? 1 : 2);
    putId(bytes, ID_AT, id);
    putId(bytes, PARENT_ID_AT, parentId == null ? NO_ID : parentId);
    bytes.putLong(FREEZE_TIME_AT, freezeTime.toEpochMilli());
    bytes.putLong(DATA_OFFSET_AT, dataOffset);
    bytes.putLong(DATA_LENGTH_AT, dataLength);
    bytes.putLong(METADATA_OFFSET_AT, metadataOffset);
    bytes.putLong(METADATA_LENGTH_AT, metadataLength);
    bytes.putInt(SECTION_COUNT_AT, sectionCount);
    bytes.putInt(BLOCK_COUNT_AT, blockCount);
    bytes.putLong(FILE_LENGTH_AT, fileLength);
    bytes.putInt(SECTIONS_CRC_AT, sectionsCrc);
    bytes.putInt(CRC_AT, new Checksum().of(bytes, 0, CRC_AT));
    return bytes;
  }

  /**
   * @param file named in messages
   * @param bytes the file's first 4096 bytes from index 0, or all of a shorter file
   * @param actualLength of the file, in bytes
   * @throws ImageException if these are not the header of an image of this length that this build
   *     can read
   */
  static ImageHeader decode(Path file, ByteBuffer bytes, long actualLength) throws ImageException {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    requireWhole(file, bytes);
    int version = bytes.getInt(VERSION_AT);
    if (version != VERSION) {
      throw new ImageException(
          file,
          "has format version "
              + Integer.toUnsignedString(version)
              + ", this build reads version "
              + VERSION
              + ": use the ramshot that wrote it, or a newer one");
    }
    if (bytes.getInt(FLAGS_AT) != 0) {
      throw new ImageException(
          file,
          String.format(
              "has flags 0x%x that this build does not know: use the ramshot that wrote it",
              bytes.getInt(FLAGS_AT)));
    }
    UUID parentId = id(bytes, PARENT_ID_AT);
    int pageSize = bytes.getInt(PAGE_SIZE_AT);
    require(isPageSize(pageSize), file, "page size", Integer.toUnsignedLong(pageSize));
    int order = bytes.getInt(BYTE_ORDER_AT);
    require(order == 1 || order == 2, file, "byte order", Integer.toUnsignedLong(order));
    ImageHeader header =
        new ImageHeader(
            pageSize,
            order == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
            id(bytes, ID_AT),
            parentId.equals(NO_ID) ? null : parentId,
            Instant.ofEpochMilli(bytes.getLong(FREEZE_TIME_AT)),
            bytes.getLong(DATA_OFFSET_AT),
            bytes.getLong(DATA_LENGTH_AT),
            bytes.getLong(METADATA_OFFSET_AT),
            bytes.getLong(METADATA_LENGTH_AT),
            bytes.getInt(SECTION_COUNT_AT),
            bytes.getInt(BLOCK_COUNT_AT),
            bytes.getInt(SECTIONS_CRC_AT),
            bytes.getLong(FILE_LENGTH_AT));
    if (firstNonZero(bytes, RESERVED_AT, CRC_AT) >= 0) {
      throw ImageException.damaged(file, "reserved bytes of the header are not zero");
    }
    header.requireConsistent(file);
    header.requireLength(file, actualLength);
    return header;
  }

  /** Tells a foreign file, an unfinished one and a damaged one apart. */
  private static void requireWhole(Path file, ByteBuffer bytes) throws ImageException {
    int length = bytes.limit();
    if (length == 0) {
      throw new ImageException(file, "is empty: take the snapshot or copy the file again");
    }
    if (length == LENGTH && firstNonZero(bytes, 0, LENGTH) < 0) {
      throw new ImageException(
          file, "has no header: its snapshot was never finished, take another");
    }
    for (int i = 0; i < Math.min(MAGIC.length, length); i++) {
      if (bytes.get(i) != MAGIC[i]) {
        throw new ImageException(file, "is not a ramshot image: name a file that ramshot wrote");
      }
    }
    if (length < LENGTH) {
      throw new ImageException(
          file,
          "is truncated: it has only "
              + length
              + " bytes of a header of "
              + LENGTH
              + ": copy it again");
    }
    if (bytes.getInt(CRC_AT) != new Checksum().of(bytes, 0, CRC_AT)) {
      throw ImageException.damaged(file, "the checksum of its header is wrong");
    }
  }

  /** Checks fields against each other; no sum here can overflow. */
  private void requireConsistent(Path file) throws ImageException {
    require(!id.equals(NO_ID), file, "image id", 0);
    if (id.equals(parentId)) {
      throw ImageException.damaged(file, "its header makes the image its own parent");
    }
    require(
        dataOffset >= ImageLayout.ALIGNMENT && dataOffset % ImageLayout.ALIGNMENT == 0,
        file,
        "data offset",
        dataOffset);
    require(
        dataLength >= 0 && dataLength % pageSize == 0 && dataLength <= Long.MAX_VALUE - dataOffset,
        file,
        "data length",
        dataLength);
    require(metadataOffset == dataOffset + dataLength, file, "metadata offset", metadataOffset);
    require(
        metadataLength >= 0
            && metadataLength % 8 == 0
            && metadataLength <= Long.MAX_VALUE - metadataOffset,
        file,
        "metadata length",
        metadataLength);
    require(fileLength == metadataOffset + metadataLength, file, "file length", fileLength);
    require(
        Integer.toUnsignedLong(sectionCount) <= metadataLength / Section.HEADER_LENGTH,
        file,
        "section count",
        Integer.toUnsignedLong(sectionCount));
    require(
        Integer.toUnsignedLong(blockCount) <= Integer.toUnsignedLong(sectionCount),
        file,
        "block count",
        Integer.toUnsignedLong(blockCount));
  }

  private void requireLength(Path file, long actualLength) throws ImageException {
    if (actualLength != fileLength) {
      throw new ImageException(
          file,
          (actualLength < fileLength ? "is truncated" : "is too long")
              + ": its header says "
              + fileLength
              + " bytes, the file has "
              + actualLength
              + ": copy it again");
    }
  }

  private static void require(boolean valid, Path file, String field, long value)
      throws ImageException {
    if (!valid) {
      throw ImageException.damaged(
          file, "its header has an impossible " + field + " of " + Long.toUnsignedString(value));
    }
  }

  private static int firstNonZero(ByteBuffer bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes.get(i) != 0) {
        return i;
      }
    }
    return -1;
  }

  /** Ids are big-endian, so that a hex dump reads like the id's text (RFC 9562). */
  private static void putId(ByteBuffer bytes, int at, UUID id) {
    ByteBuffer view = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
    view.putLong(at, id.getMostSignificantBits());
    view.putLong(at + 8, id.getLeastSignificantBits());
  }

  private static UUID id(ByteBuffer bytes, int at) {
    ByteBuffer view = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
    return new UUID(view.getLong(at), view.getLong(at + 8));
  }
}
