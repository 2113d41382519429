package io.ramshot.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The sections of an image in file order. Their headers are checked all at once, a payload when it
 * is asked for; sections that a reader may pass over are checked and passed over.
 */
final class Sections {
  private final ImageFile file;
  private final List<Section> list;
  private final List<Section> optional;
  private int next;

  private Sections(ImageFile file, List<Section> list, List<Section> optional) {
    this.file = file;
    this.list = list;
    this.optional = List.copyOf(optional);
  }

  static Sections read(ImageFile file, ImageHeader header) throws ImageException {
    List<Section> list = new ArrayList<>();
    List<Section> optional = new ArrayList<>();
    Checksum checksum = new Checksum();
    ByteBuffer bytes = ByteBuffer.allocate(Section.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    long end = header.metadataOffset() + header.metadataLength();
    long at = header.metadataOffset();
    for (int i = 0; i < header.sectionCount(); i++) {
      if (end - at < Section.HEADER_LENGTH) {
        throw damaged(file, i, "is missing");
      }
      file.readFully(bytes.clear(), at);
      checksum.add(bytes, 0, Section.CRC_AT);
      at += Section.HEADER_LENGTH;
      Section section = decode(file, bytes, i, at, end);
      at += section.payloadLength();
      requirePadding(file, section, i);
      at += Section.padding(section.payloadLength());
      if (section.isOptional()) {
        SectionReader.open(file, section);
        optional.add(section);
      } else {
        list.add(section);
      }
    }
    if (at != end) {
      throw ImageException.damaged(
          file.path(), "there are " + (end - at) + " bytes after its last section");
    }
    if (checksum.value() != header.sectionsCrc()) {
      throw ImageException.damaged(
          file.path(), "its sections are not the ones that its header was written for");
    }
    return new Sections(file, list, optional);
  }

  private static Section decode(
      ImageFile file, ByteBuffer bytes, int index, long payloadOffset, long end)
      throws ImageException {
    if (bytes.getInt(Section.CRC_AT) != new Checksum().of(bytes, 0, Section.CRC_AT)) {
      throw damaged(file, index, "has a header that does not match its checksum");
    }
    StringBuilder type = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      char letter = (char) bytes.get(Section.TYPE_AT + i);
      if (!(letter >= 'A' && letter <= 'Z') && !(letter >= 'a' && letter <= 'z')) {
        throw damaged(file, index, "has a type that is not four letters");
      }
      type.append(letter);
    }
    if (bytes.getInt(Section.RESERVED_AT) != 0) {
      throw damaged(file, index, "has a reserved word that is not zero");
    }
    long length = bytes.getLong(Section.PAYLOAD_LENGTH_AT);
    // The end is a multiple of eight away, so the padding fits if the payload does.
    if (length < 0 || length > end - payloadOffset) {
      throw damaged(file, index, "has an impossible length of " + Long.toUnsignedString(length));
    }
    return new Section(
        type.toString(), payloadOffset, length, bytes.getInt(Section.PAYLOAD_CRC_AT));
  }

  private static void requirePadding(ImageFile file, Section section, int index)
      throws ImageException {
    ByteBuffer padding = ByteBuffer.allocate(Section.padding(section.payloadLength()));
    file.readFully(padding, section.payloadOffset() + section.payloadLength());
    for (byte b : padding.array()) {
      if (b != 0) {
        throw damaged(file, index, "is padded with something else than zeros");
      }
    }
  }

  /** The next section that may not be passed over, its checksum verified. */
  SectionReader next(String type) throws ImageException {
    String found = next < list.size() ? list.get(next).type() : "the end";
    if (!found.equals(type)) {
      throw unexpected(found, type);
    }
    return SectionReader.open(file, list.get(next++));
  }

  /** Those that a reader may pass over, in file order. */
  List<Section> optional() {
    return optional;
  }

  void requireEnd() throws ImageException {
    if (next < list.size()) {
      throw unexpected(list.get(next).type(), "the end");
    }
  }

  private ImageException unexpected(String found, String expected) {
    return new ImageException(
        file.path(),
        "has "
            + found
            + " where this build expects "
            + expected
            + ": use the ramshot that wrote it, or copy it again");
  }

  private static ImageException damaged(ImageFile file, int index, String what) {
    return ImageException.damaged(file.path(), "section " + index + " of its metadata " + what);
  }
}
