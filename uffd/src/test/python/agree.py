"""Reads images with docs/read_image.py, and says of each whether it is sound: agree.py DOCS FILE...

Prints a line per file: its name, and "sound" or why not. One process, for starting Python takes longer than reading.
"""
import os, sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import read_image

for path in sys.argv[2:]:
    try:
        image = read_image.Image(path)
        for block in image.blocks:
            for _ in image.read(block):
                pass
        verdict = "sound"
    except read_image.Damaged as e:
        verdict = ascii(str(e))
    print(os.path.basename(path), verdict)
