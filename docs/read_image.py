#!/usr/bin/env python3
"""Reads ramshot images of format version 1. Written from FORMAT.md alone, to prove that it says enough.

    read_image.py FILE                       prints what the image holds
    read_image.py FILE --verify              reads every page too
    read_image.py FILE --extract BLOCK OUT   writes a block's memory to a file
"""
import argparse, glob, os, struct, sys, unicodedata, uuid

MIB, HEADER = 1 << 20, 4096
ZERO, STORED, INHERITED = 0, 1, 2
KINDS = dict(enumerate("direct unsafe address heap heap-pieces segment mapped native".split(), 1))
ORDER = ["PROD", "PRNT", "BLKS", "PAGE", "SHAP", "STAT", "INFO"]

TABLE = []
for value in range(256):
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    TABLE.append(value)
PLANES = [bytes(value >> shift & 255 for value in TABLE) for shift in (0, 8, 16, 24)]


class Damaged(Exception):
    """The file is no image that a reader may use; the text says why."""


def check(ok, text):
    if not ok:
        raise Damaged(text)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def page_crcs(data, size):
    """The CRC of each page in data: one byte of all pages at a time, for a byte loop takes ten times as long."""
    count = len(data) // size
    number = lambda column: int.from_bytes(column, "little")
    p0 = p1 = p2 = p3 = number(b"\xff" * count)
    for at in range(size):
        index = (p0 ^ number(data[at::size])).to_bytes(count, "little")
        t0, t1, t2, t3 = (number(index.translate(plane)) for plane in PLANES)
        p0, p1, p2, p3 = p1 ^ t0, p2 ^ t1, p3 ^ t2, t3
    planes = (plane.to_bytes(count, "little") for plane in (p0, p1, p2, p3))
    return [number(bytes(four)) ^ 0xFFFFFFFF for four in zip(*planes)]


class Fields:
    """Takes fields from a payload, never more than is left of it."""

    def __init__(self, data, what):
        self.data, self.at, self.what = data, 0, what

    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        check(size <= self.left(), f"{self.what}: needs {size} bytes where {self.left()} are left")
        self.at += size
        return self.data[self.at - size:self.at]

    def get(self, layout):
        values = struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))
        for code, value in zip(layout, values):
            check(code != "Q" or value < 1 << 63, f"{self.what}: a u64 above 2^63 - 1")
        return values[0] if len(values) == 1 else values

    def count(self, least):
        count = self.get("I")
        check(count <= self.left() // least, f"{self.what}: {count} entries do not fit")
        return count

    def string(self):
        try:
            return self.take(self.get("H")).decode()
        except UnicodeDecodeError as e:
            raise Damaged(f"{self.what}: a string that is not UTF-8") from e

    def name(self):
        name = self.string()
        check(name and all(unicodedata.category(c) != "Cc" for c in name), f"{self.what}: bad name {name!r}")
        return name

    def zeros(self, size):
        check(not any(self.take(size)), f"{self.what}: reserved bytes or padding not zero")

    def end(self):
        check(self.left() == 0, f"{self.what}: {self.left()} bytes left over")


class Block:
    """One block, its page table, and where its pages are."""

    def key(self):
        return self.name, self.kind, self.length, self.lead

    def inside(self, page, size):
        """The part of a page that belongs to the block, as from and to."""
        return max(0, self.lead - page * size), min(size, self.lead + self.length - page * size)


class Image:
    """One file, checked, and its ancestors."""

    def __init__(self, path, children=()):
        self.path, self.file = path, open(path, "rb")
        self.length = os.fstat(self.file.fileno()).st_size
        self.read_header(self.file.read(HEADER))
        check(self.id not in children, f"image {self.id} is its own ancestor")
        self.read_metadata()
        self.parent = self.open_parent((*children, self.id)) if self.parent_id.int else None
        for block in self.blocks:
            block.inherits = self.parent and next((b for b in self.parent.blocks if b.key() == block.key()), None)
            for page, kind in enumerate(block.kinds):
                check(kind != INHERITED or block.inherits and block.inherits.kinds[page] != ZERO
                      and block.inherits.crcs[page] == block.crcs[page],
                      f"block {block.name}: page {page} is inherited, but the parent does not have it")

    def read_header(self, header):
        check(header[:4] != b"\x28\xb5\x2f\xfd", "packed: unpack it first, zstd -d FILE -o OUT")
        check(len(header) == HEADER, "truncated: shorter than a header")
        check(any(header), "never finished: its header is zero")
        check(header[:8] == b"RAMSHOT\x1a", "not a ramshot image")
        check(crc32c(header[:4092]) == int.from_bytes(header[4092:], "little"), "header: checksum is wrong")
        f = Fields(header, "header")
        f.take(8)
        version, self.page_size, self.order, flags = f.get("IIII")
        check(version == 1, f"format version {version} is not 1")
        self.id, self.parent_id = uuid.UUID(bytes=f.take(16)), uuid.UUID(bytes=f.take(16))
        self.freeze_ms, start, size, self.meta_at, self.meta_size = f.get("qQQQQ")
        self.sections, self.block_count, length, self.headers_crc = f.get("IIQI")
        f.zeros(3976)
        check(self.page_size in (1 << n for n in range(12, 17)), "header: page size")
        check(self.order in (1, 2) and flags == 0, "header: byte order or flags")
        check(self.id.int and self.id != self.parent_id, "header: image id")
        check(start >= MIB and start % MIB == 0 and size % self.page_size == 0, "header: data offset or length")
        check(self.meta_at == start + size and self.meta_size % 8 == 0, "header: metadata offset or length")
        check(length == self.meta_at + self.meta_size, "header: file length")
        check(length == self.length, f"is {self.length} bytes long, its header says {length}")
        self.data_at = start

    def read_metadata(self):
        self.file.seek(self.meta_at)
        f = Fields(self.file.read(self.meta_size), "metadata")
        check(self.sections <= self.meta_size // 24, "header: section count")
        heads, found = bytearray(), []
        for _ in range(self.sections):
            head = f.take(24)
            kind, payload_crc, size, reserved, crc = struct.unpack("<4sIQII", head)
            check(crc32c(head[:20]) == crc, "section header: checksum is wrong")
            check(kind.isalpha() and kind.isascii() and reserved == 0, "section header: type or reserved word")
            kind, payload = kind.decode(), f.take(size)
            f.zeros(-size % 8)
            check(crc32c(payload) == payload_crc, f"{kind}: checksum is wrong")
            check(kind in ORDER or kind[0].islower(), f"{kind}: unknown section")
            heads += head[:20]
            if kind in ORDER:
                found.append((kind, Fields(payload, kind)))
        f.end()
        check(crc32c(heads) == self.headers_crc, "metadata belongs to another header")
        found.reverse()
        kinds = [kind for kind, _ in found]

        def section(kind):
            check(found and found[-1][0] == kind, f"{kind} is missing, or not in its place")
            return found.pop()[1]

        f = section("PROD")
        self.product = f.name(), f.name()
        f.end()
        if self.parent_id.int:
            f = section("PRNT")
            self.parent_name = f.name()
            check("/" not in self.parent_name and self.parent_name not in (".", ".."), "PRNT: not a file name")
            f.end()
        self.read_blocks(section("BLKS"))
        for block in self.blocks:
            self.read_pages(block, section("PAGE"))
        for block in self.blocks:
            if KINDS[block.kind] == "heap-pieces":
                self.read_shape(block, section("SHAP"))
        f = section("STAT")
        states = [(f.name(), f.take(f.get("Q"))) for _ in range(f.count(11))]
        f.end()
        f = section("INFO")
        info = [(f.name(), f.string()) for _ in range(f.count(5))]
        f.end()
        self.states, self.info = dict(states), dict(info)
        check(len(states) == len(self.states) and len(info) == len(self.info), "a name comes twice")
        check(not found, f"{kinds[0]} comes once too often")

    def read_blocks(self, f):
        self.blocks, end = [], self.data_at
        check(f.count(35) == self.block_count, "BLKS: count differs from the header's")
        for index in range(self.block_count):
            b = Block()
            number, b.kind, b.length, b.at, b.lead, reserved = f.get("IIQQII")
            b.name = f.name()
            check(number == index and b.kind in KINDS and b.length > 0 and reserved == 0, f"block {b.name}: fields")
            check(b.lead < self.page_size and b.at % MIB == 0 and b.at >= end, f"block {b.name}: lead or offset")
            b.pages = -(-(b.lead + b.length) // self.page_size)
            end = b.at + b.pages * self.page_size
            check(b.pages <= 1 << 28 and end <= self.meta_at, f"block {b.name}: too long")
            self.blocks.append(b)
        f.end()
        check(end == self.meta_at, "data does not end with the last region")
        check(len({b.name for b in self.blocks}) == len(self.blocks), "BLKS: a name comes twice")

    def read_pages(self, block, f):
        number, reserved, count = f.get("IIQ")
        check((self.blocks[number:] or [None])[0] is block and reserved == 0, "PAGE: block id or reserved word")
        check(count == block.pages, f"PAGE: {count} pages where block {block.name} has {block.pages}")
        block.kinds = f.take(count)
        f.zeros(-count % 8)
        block.crcs = struct.unpack(f"<{count}I", f.take(4 * count))
        f.end()
        last = INHERITED if self.parent_id.int else STORED
        check(max(block.kinds) <= last, f"block {block.name}: a page of unknown kind")
        check(not any(c for k, c in zip(block.kinds, block.crcs) if k == ZERO), "PAGE: a zero page with a checksum")

    def read_shape(self, block, f):
        number, block.element = f.get("II")
        check((self.blocks[number:] or [None])[0] is block and block.element in (1, 2, 4, 8), "SHAP: id or element")
        count = f.count(8)
        block.pieces = [f.get("q") for _ in range(count)]
        f.end()
        check(all(-1 <= n < 1 << 31 for n in block.pieces), "SHAP: a piece's length")
        check(sum(max(n, 0) for n in block.pieces) * block.element == block.length, "SHAP: not the block's length")

    def open_parent(self, children):
        folder = os.path.dirname(self.path)
        named = os.path.join(folder, self.parent_name)
        for path in [named, *sorted(glob.glob(os.path.join(glob.escape(folder), "*.ramshot")))]:
            try:
                with open(path, "rb") as f:
                    head = f.read(40)
            except OSError:
                continue
            if head[:8] == b"RAMSHOT\x1a" and head[24:40] == self.parent_id.bytes:
                parent = Image(path, children)
                check((parent.page_size, parent.order) == (self.page_size, self.order), "parent: other page size")
                return parent
        raise Damaged(f"needs its parent, image {self.parent_id}, last seen as {named}")

    def stored(self, block, page, count):
        """Pages as they stand in this file or, if inherited, in an ancestor's."""
        if block.kinds[page] == INHERITED:
            return self.parent.stored(block.inherits, page, count)
        self.file.seek(block.at + page * self.page_size)
        return self.file.read(count * self.page_size)

    def source(self, block, page):
        return self.parent.source(block.inherits, page) if block.kinds[page] == INHERITED else id(self)

    def read_block(self, block):
        """Yields page, bytes of the pages that are not zero, checked, in order."""
        size, page = self.page_size, 0
        while page < block.pages:
            if block.kinds[page] == ZERO:
                page += 1
                continue
            first, source = page, self.source(block, page)
            while page < block.pages and page - first < 1024 and block.kinds[page] and self.source(block, page) == source:
                page += 1
            data = self.stored(block, first, page - first)
            check(len(data) == (page - first) * size, f"block {block.name}: cannot read page {first}")
            for n, crc in enumerate(page_crcs(data, size), first):
                check(crc == block.crcs[n], f"block {block.name}: page {n} is damaged")
                one = data[(n - first) * size:(n - first + 1) * size]
                start, end = block.inside(n, size)
                check(not any(one[:start]) and not any(one[end:]), f"block {block.name}: page {n} holds foreign bytes")
                yield n, one[start:end]

    def extract(self, name, out):
        block = next((b for b in self.blocks if b.name == name), None)
        check(block, f"has no block {name}, but " + ", ".join(b.name for b in self.blocks))
        with open(out, "wb") as f:
            f.truncate(block.length)
            for page, data in self.read_block(block):
                f.seek(max(0, page * self.page_size - block.lead))
                f.write(data)

    def describe(self):
        print(f"image {self.id}, by {' '.join(self.product)}, frozen at {self.freeze_ms} ms")
        print(f"page size {self.page_size}, {'little' if self.order == 1 else 'big'}-endian")
        if self.parent:
            print(f"parent {self.parent.id} {self.parent_name}")
        for b in self.blocks:
            kinds = " ".join(f"{b.kinds.count(k)} {n}" for k, n in enumerate(("zero", "stored", "inherited")))
            print(f"block {b.name}: {KINDS[b.kind]}, {b.length} bytes, lead {b.lead}, {b.pages} pages: {kinds}")
            if KINDS[b.kind] == "heap-pieces":
                print(f"  {len(b.pieces)} pieces, elements of {b.element} bytes")
        for name, state in self.states.items():
            print(f"state {name}: {len(state)} bytes")
        for key, value in self.info.items():
            print(f"info {key}: {value!r}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("file")
    options.add_argument("--verify", action="store_true")
    options.add_argument("--extract", nargs=2, metavar=("BLOCK", "OUT"))
    options = options.parse_args()
    try:
        image = Image(options.file)
        image.describe()
        if options.verify:
            print("verified", sum(1 for block in image.blocks for _ in image.read_block(block)), "pages")
        if options.extract:
            image.extract(*options.extract)
    except (Damaged, OSError) as e:
        sys.exit(f"{options.file}: {e}")


if __name__ == "__main__":
    main()
