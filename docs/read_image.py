#!/usr/bin/env python3
"""Reads ramshot images of format version 1. Written from FORMAT.md alone, to prove that it says enough.

    read_image.py FILE                       checks the file but for its pages, and prints what it holds
    read_image.py FILE --verify              checks every page too
    read_image.py FILE --extract BLOCK OUT   writes a block's memory to a file
"""
import argparse, glob, os, struct, sys, unicodedata, uuid

MIB, ZERO, STORED, INHERITED = 1 << 20, 0, 1, 2
KINDS = dict(enumerate("direct unsafe address heap heap-pieces segment mapped native".split(), 1))
KNOWN = "PROD PRNT BLKS PAGE SHAP STAT INFO".split()

TABLE = list(range(256))
for _ in range(8):
    TABLE = [value >> 1 ^ (value & 1) * 0x82F63B78 for value in TABLE]
PLANES = [bytes(value >> shift & 255 for value in TABLE) for shift in (0, 8, 16, 24)]


class Damaged(Exception):
    pass


def check(ok, text):
    if not ok:
        raise Damaged(text)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def page_crcs(data, size):
    """The CRC of each page, one byte of all pages at a time: ten times as fast as byte by byte."""
    count, number = len(data) // size, lambda column: int.from_bytes(column, "little")
    a = b = c = d = number(b"\xff" * count)  # the CRCs' lowest bytes, the next ones ...
    for at in range(size):
        index = (a ^ number(data[at::size])).to_bytes(count, "little")
        t0, t1, t2, t3 = (number(index.translate(plane)) for plane in PLANES)
        a, b, c, d = b ^ t0, c ^ t1, d ^ t2, t3
    columns = (plane.to_bytes(count, "little") for plane in (a, b, c, d))
    return [number(bytes(crc)) ^ 0xFFFFFFFF for crc in zip(*columns)]


class Fields:
    """Takes fields from bytes, never more than there are."""

    def __init__(self, data, what):
        self.data, self.at, self.what = data, 0, what

    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        check(size <= self.left(), f"{self.what}: {size} bytes wanted, {self.left()} left")
        self.at += size
        return self.data[self.at - size:self.at]

    def get(self, layout):
        values = struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))
        check(all(v < 1 << 63 for v in values if type(v) is int), f"{self.what}: a u64 above 2^63 - 1")
        return values[0] if len(values) == 1 else values

    def count(self, least):
        count = self.get("I")
        check(count <= self.left() // least, f"{self.what}: {count} entries do not fit")
        return count

    def string(self):
        try:
            return self.take(self.get("H")).decode()
        except UnicodeDecodeError:
            raise Damaged(f"{self.what}: a string that is not UTF-8")

    def name(self):
        name = self.string()
        check(name and all(unicodedata.category(c) != "Cc" for c in name), f"{self.what}: bad name {name!r}")
        return name

    def zeros(self, size):
        check(not any(self.take(size)), f"{self.what}: reserved bytes or padding that are not zero")

    def end(self):
        check(self.left() == 0, f"{self.what}: {self.left()} bytes left over")


class Image:
    def __init__(self, path, children=()):
        self.path, self.file = path, open(path, "rb")
        self.read_header(self.file.read(4096), os.fstat(self.file.fileno()).st_size)
        check(self.id not in children, f"image {self.id} is its own ancestor")
        self.read_metadata()
        self.parent = self.find_parent((*children, self.id)) if self.parent_id.int else None
        for b in self.blocks:
            there = [p for p in self.parent.blocks if p.key == b.key] if INHERITED in b.page_kinds else []
            b.inherits = there[0] if there else None
            check(all(k != INHERITED or there and there[0].page_kinds[n] != ZERO and there[0].crcs[n] == b.crcs[n]
                      for n, k in enumerate(b.page_kinds)), f"block {b.name} inherits what its parent does not have")

    def read_header(self, header, length):
        check(header[:4] != b"\x28\xb5\x2f\xfd", "packed: unpack it with zstd -d FILE -o OUT")
        check(len(header) < 4096 or any(header), "never finished: its header is all zero")
        check(header[:8] == b"RAMSHOT\x1a"[:len(header)], "no ramshot image")
        check(len(header) == 4096, "truncated: shorter than a header")
        check(crc32c(header[:4092]) == int.from_bytes(header[4092:], "little"), "header: wrong checksum")
        f = Fields(header, "header")
        _, version, self.page_size, self.order, flags = f.get("QIIII")
        check(version == 1 and flags == 0, f"format version {version}, flags {flags:#x}: use a newer reader")
        self.id, self.parent_id = uuid.UUID(bytes=f.take(16)), uuid.UUID(bytes=f.take(16))
        self.freeze_ms, self.data_at, data_length, self.end, metadata_length = f.get("qQQQQ")
        self.section_count, self.block_count, file_length, self.headers_crc = f.get("IIQI")
        f.zeros(3976)
        check(self.page_size in [1 << n for n in range(12, 17)] and self.order in (1, 2), "header: page size or order")
        check(self.id.int and self.id != self.parent_id, "header: image id")
        check(self.data_at >= MIB and self.data_at % MIB == 0, "header: data offset")
        check(data_length % self.page_size == 0 and self.end == self.data_at + data_length, "header: data length")
        check(metadata_length % 8 == 0 and file_length == self.end + metadata_length, "header: metadata length")
        check(file_length == length, f"is {length} bytes long, but {file_length} by its header")

    def read_metadata(self):
        self.file.seek(self.end)
        f, heads, self.found = Fields(self.file.read(), "metadata"), b"", []
        check(self.section_count <= f.left() // 24, "header: section count")
        for _ in range(self.section_count):
            head = f.take(24)
            kind, crc, length, reserved, head_crc = struct.unpack("<4sIQII", head)
            check(crc32c(head[:20]) == head_crc, "section header: wrong checksum")
            check(kind.isalpha() and reserved == 0, "section header: type or reserved word")
            payload, kind, heads = f.take(length), kind.decode(), heads + head[:20]
            f.zeros(-length % 8)
            check(crc32c(payload) == crc, f"{kind}: wrong checksum")
            check(kind in KNOWN or kind[0].islower(), f"{kind}: unknown section, use a newer reader")
            self.found += [(kind, payload)] if kind in KNOWN else []
        f.end()
        check(crc32c(heads) == self.headers_crc, "the metadata belongs to another header")

        self.product = self.section("PROD", lambda f: (f.name(), f.name()))
        self.parent_name = self.section("PRNT", Fields.name) if self.parent_id.int else ""
        check("/" not in self.parent_name and self.parent_name not in (".", ".."), "PRNT: not the name of a file")
        self.section("BLKS", self.read_blocks)
        for block in self.blocks:
            self.section("PAGE", self.read_pages, block)
        for block in self.blocks:
            if KINDS[block.kind] == "heap-pieces":
                self.section("SHAP", self.read_shape, block)
        self.states = self.section("STAT", self.read_map, 11, lambda f: f.take(f.get("Q")))
        self.info = self.section("INFO", self.read_map, 5, Fields.string)
        frozen = self.info.get("frozen", "nobody")
        check(frozen in ("gates", "threads", "nobody"), f"INFO: {frozen!r} is no word for who was frozen")
        check(not self.found, "a section too many")

    def section(self, kind, read, *arguments):
        check(self.found and self.found[0][0] == kind, f"{kind} is not in its place")
        f = Fields(self.found.pop(0)[1], kind)
        result = read(f, *arguments)
        f.end()
        return result

    def read_map(self, f, least, value):
        entries = [(f.name(), value(f)) for _ in range(f.count(least))]
        check(len(dict(entries)) == len(entries), f"{f.what}: a name comes twice")
        return dict(entries)

    def read_blocks(self, f):
        self.blocks, end = [], self.data_at
        check(f.count(35) == self.block_count, "BLKS: count differs from the header's")
        for index in range(self.block_count):
            b = argparse.Namespace()
            number, b.kind, b.length, b.at, b.lead, reserved = f.get("IIQQII")
            b.name = f.name()
            b.pages, b.key = -(-(b.lead + b.length) // self.page_size), (b.name, b.kind, b.length, b.lead, self.page_size)
            check(number == index and b.kind in KINDS and reserved == 0, f"block {b.name}: id, kind or reserved word")
            check(b.length > 0 and b.pages <= 1 << 28 and b.lead < self.page_size, f"block {b.name}: length or lead")
            check(b.at % MIB == 0 and b.at >= end, f"block {b.name}: offset")
            end = b.at + b.pages * self.page_size
            check(end <= self.end, f"block {b.name}: beyond the data")
            self.blocks.append(b)
        check(len({b.name for b in self.blocks}) == len(self.blocks), "BLKS: a name comes twice")

    def read_pages(self, f, block):
        number, reserved, count = f.get("IIQ")
        check(number == self.blocks.index(block) and reserved == 0, "PAGE: block id or reserved word")
        check(count == block.pages, f"PAGE: {count} pages, but {block.pages} of block {block.name}")
        block.page_kinds = f.take(count)
        f.zeros(-count % 8)
        block.crcs = struct.unpack(f"<{count}I", f.take(4 * count))
        check(max(block.page_kinds) <= (INHERITED if self.parent_id.int else STORED), "PAGE: unknown kind")
        check(not any(c for k, c in zip(block.page_kinds, block.crcs) if k == ZERO), "PAGE: a zero page's checksum")

    def read_shape(self, f, block):
        number, element = f.get("II")
        check(number == self.blocks.index(block) and element in (1, 2, 4, 8), "SHAP: block id or element size")
        block.pieces = [f.get("q") for _ in range(f.count(8))]
        check(all(-1 <= n < 1 << 31 for n in block.pieces), "SHAP: a piece's length")
        check(sum(max(n, 0) for n in block.pieces) * element == block.length, "SHAP: not the block's length")

    def find_parent(self, children):
        folder = os.path.dirname(os.path.abspath(self.path))
        named = os.path.join(folder, self.parent_name)
        for path in [named, *sorted(glob.glob(os.path.join(glob.escape(folder), "*.ramshot")))]:
            try:
                with open(path, "rb") as f:
                    header = f.read(4096)
            except OSError:
                continue
            if header[:8] == b"RAMSHOT\x1a" and header[24:40] == self.parent_id.bytes:
                return Image(path, children)
        raise Damaged(f"needs image {self.parent_id}, which was {named}")

    def source(self, block, page):
        """The image and block that store a page which is not zero."""
        image = self
        while block.page_kinds[page] == INHERITED:
            image, block = image.parent, block.inherits
        return image, block

    def read(self, block):
        """Yields each page that is not zero, checked: offset in the block, and the bytes that are the block's."""
        size, page = self.page_size, 0
        while page < block.pages:
            first = page
            if block.page_kinds[page] == ZERO:
                page += 1
                continue
            image, there = source = self.source(block, page)
            while page < min(block.pages, first + 1024) and block.page_kinds[page] and self.source(block, page) == source:
                page += 1
            image.file.seek(there.at + first * size)
            data = image.file.read((page - first) * size)
            for n, crc in enumerate(page_crcs(data, size), first):
                check(crc == block.crcs[n], f"{image.path}: page {n} of block {block.name} is damaged")
                bytes, start = data[(n - first) * size:(n + 1 - first) * size], n * size - block.lead
                inside = slice(max(0, -start), min(size, block.length - start))
                check(not any(bytes[:inside.start]) and not any(bytes[inside.stop:]),
                      f"{image.path}: page {n} of block {block.name} holds bytes from outside of it")
                yield max(0, start), bytes[inside]


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("file")
    options.add_argument("--verify", action="store_true")
    options.add_argument("--extract", nargs=2)
    options = options.parse_args()
    image = Image(options.file)
    print(f"image {image.id} on {image.parent_id}" if image.parent else f"image {image.id}")
    print(f"by {' '.join(image.product)}, frozen at {image.freeze_ms} ms, pages of {image.page_size} bytes")
    for b in image.blocks:
        kinds = [f"{b.page_kinds.count(k)} {name}" for k, name in enumerate(("zero", "stored", "inherited"))]
        print(f"block {b.name}: {KINDS[b.kind]}, {b.length} bytes, lead {b.lead}, pages: {', '.join(kinds)}")
    for name, state in image.states.items():
        print(f"state {name}: {len(state)} bytes")
    for key, value in image.info.items():
        print(f"info {key}: {value!r}")
    if options.verify:
        print("verified", sum(1 for block in image.blocks for _ in image.read(block)), "pages")
    if options.extract:
        name, out = options.extract
        block = next((b for b in image.blocks if b.name == name), None)
        check(block, f"has no block {name}")
        with open(out, "wb") as f:
            f.truncate(block.length)
            for offset, data in image.read(block):
                f.seek(offset)
                f.write(data)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        main()
    except (Damaged, OSError) as e:
        sys.exit(f"{sys.argv[1]}: {e}")
