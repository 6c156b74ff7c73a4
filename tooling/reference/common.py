"""What the fixture scripts share: reading the embedded digits, writing numbers, writing a fixture."""

import json
import math
from pathlib import Path

import torch

HERE = Path(__file__).parent
DIGITS = HERE.parents[1] / 'packages/data/src/digits-data.ts'

torch.set_num_threads(1)  # another number of threads would add in another order


def digits():
    """The images of @nn/data's `digits()` as [1797, 64] float32 in 0..16, and their labels as int64."""
    packed = DIGITS.read_text().split('`')[-2]
    labels, pixels = [], []
    for c in packed:
        if c.isdigit():
            labels.append(int(c))
        elif 'a' <= c <= 'p':
            pixels.append(ord(c) - ord('a') + 1)
        elif 'A' <= c <= 'Z':
            pixels.extend([0] * (ord(c) - ord('A') + 1))
    return torch.tensor(pixels, dtype=torch.float32).reshape(len(labels), 64), torch.tensor(labels)


def grid(*shape, generator, scale=1.0):
    """Normal values rounded to 1/64 in float64: short in JSON and exact in float32 too."""
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * scale * 64).round() / 64


def number(x, digits=17):
    """A JSON value: what JSON cannot hold or JavaScript tools may drop becomes a string that Number() reads."""
    if isinstance(x, bool) or isinstance(x, int):
        return x
    if math.isnan(x):
        return 'NaN'
    if math.isinf(x):
        return 'Infinity' if x > 0 else '-Infinity'
    if x == 0:
        return '-0' if math.copysign(1, x) < 0 else 0
    x = float(f'{x:.{digits}g}')
    return int(x) if x.is_integer() and abs(x) < 2**53 else x


def numbers(t):
    """A tensor as a flat list in row-major order, float32 with 9 significant digits and float64 with 17 (both exact)."""
    precision = 9 if t.dtype == torch.float32 else 17
    return [number(x, precision) for x in t.detach().reshape(-1).tolist()]


# PyTorch indexes with int64, this framework with int32.
DTYPES = {torch.float32: 'float32', torch.float64: 'float64', torch.int32: 'int32', torch.int64: 'int32', torch.bool: 'bool'}


def tensor(t):
    return {'dtype': DTYPES[t.dtype], 'shape': list(t.shape), 'data': numbers(t)}


def save(name, **content):
    """Writes fixtures/NAME.json: one line a field, and one line an element of a list of objects."""
    path = HERE / 'fixtures' / f'{name}.json'
    fields = {'generator': f'tooling/reference/{name}.py', 'torch': torch.__version__, **content}
    path.write_text('{\n' + ',\n'.join(f'"{key}": {lines(value)}' for key, value in fields.items()) + '\n}\n')
    print(f'{path.name}: {path.stat().st_size / 1024:.0f} KB')


def lines(value):
    def compact(v):
        return json.dumps(v, separators=(',', ':'), allow_nan=False)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return '[\n' + ',\n'.join(compact(v) for v in value) + '\n]'
    if isinstance(value, dict) and value and isinstance(next(iter(value.values())), (dict, list)):
        return '{\n' + ',\n'.join(f'"{k}": {compact(v)}' for k, v in value.items()) + '\n}'
    return compact(value)
