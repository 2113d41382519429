"""Reads images with docs/read_image.py: agree.py DOCS FILE...

Prints a line per file: its name, and "sound" with the SHA-256 of each block's memory, or why it is not. One process, for
starting Python takes longer than reading.
"""
import hashlib, os, sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import read_image


def memory(image, block):
    memory = bytearray(block.length)
    for offset, data in image.read(block):
        memory[offset:offset + len(data)] = data
    return memory


for path in sys.argv[2:]:
    try:
        image = read_image.Image(path)
        sums = [hashlib.sha256(memory(image, block)).hexdigest() for block in image.blocks]
        verdict = " ".join(["sound", *sums])
    except read_image.Damaged as e:
        verdict = ascii(str(e))
    print(os.path.basename(path), verdict)
