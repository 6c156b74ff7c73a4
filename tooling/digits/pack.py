"""Writes packages/data/src/digits-data.ts, the embedded copy of the UCI handwritten digits.

    python tooling/digits/pack.py digits.csv.gz     (the file of scikit-learn: 64 pixels 0..16 and a label a line)

An image is its label ('0'..'9') followed by its 64 pixels in rows: a pixel of 1..16 is a letter 'a'..'p',
a run of 1..26 zeros one letter 'A'..'Z'. Half the pixels are zero, so this is shorter than five bits a pixel
in base64, and, unlike bits, it still compresses to half inside a package tarball or over HTTP.
"""

import gzip
import sys
from itertools import groupby
from pathlib import Path

TARGET = Path(__file__).parents[2] / 'packages/data/src/digits-data.ts'
WIDTH = 1000

HEADER = """\
/**
 * The 1,797 images of `digits()`, packed by tooling/digits/pack.py; not meant for reading.
 *
 * Origin: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (the test set), UCI Machine Learning
 * Repository, 1998, https://archive.ics.uci.edu/dataset/80, licensed CC BY 4.0; taken unchanged from the copy in scikit-learn
 * (BSD-3-Clause, the Scikit-Learn Developers).
 */
export const PACKED_DIGITS: string = `
"""


def pack(pixels, label):
    text = str(label)
    for pixel, run in groupby(pixels):
        n = len(list(run))
        if pixel > 0:
            text += chr(ord('a') + pixel - 1) * n
        else:
            text += 'Z' * (n // 26) + (chr(ord('A') + n % 26 - 1) if n % 26 else '')
    return text


rows = [[int(cell) for cell in line.split(',')] for line in gzip.open(sys.argv[1], 'rt')]
assert len(rows) == 1797 and all(len(row) == 65 and max(row[:64]) <= 16 for row in rows)
packed = ''.join(pack(row[:64], row[64]) for row in rows)
lines = [packed[i:i + WIDTH] for i in range(0, len(packed), WIDTH)]
TARGET.write_text(HEADER + '\n'.join(lines) + '\n`;\n')
print(f'{TARGET}: {len(rows)} images in {len(packed)} characters')
