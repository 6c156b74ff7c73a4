"""Element-wise functions, reductions and dtype promotion: values and gradients, in float64.

The points include zeros of both signs, ties, integers and halves, infinities, NaN and large values. A gradient is that
of the sum of the result. An operation without a gradient (comparisons, integers) has no such field.
"""

import itertools

import torch

from common import DTYPES, grid, numbers, save, tensor

INF, NAN = float('inf'), float('nan')
POINTS = [-INF, -1e300, -1e4, -100.5, -20, -2.5, -2, -1.5, -1, -0.75, -0.5, -1e-3, -1e-8, -1e-300, -0.0,
          0.0, 1e-300, 1e-8, 1e-3, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3.5, 20, 100.5, 1e4, 1e300, INF, NAN]
PAIR_POINTS = [-INF, -1e4, -2.5, -2, -1, -0.5, -0.0, 0.0, 0.5, 1, 2, 3, 2.5, 1e4, INF, NAN]
INTEGERS = [-2**31, -2**31 + 1, -12345, -8, -3, -2, -1, 0, 1, 2, 3, 7, 31, 4096, 12345, 2**31 - 1]

UNARY = {
    'neg': torch.neg, 'abs': torch.abs, 'sign': torch.sign, 'square': torch.square, 'reciprocal': torch.reciprocal,
    'exp': torch.exp, 'exp2': torch.exp2, 'expm1': torch.expm1, 'log': torch.log, 'log1p': torch.log1p, 'log2': torch.log2,
    'log10': torch.log10, 'sqrt': torch.sqrt, 'rsqrt': torch.rsqrt, 'sin': torch.sin, 'cos': torch.cos, 'tan': torch.tan,
    'asin': torch.asin, 'acos': torch.acos, 'atan': torch.atan, 'sinh': torch.sinh, 'cosh': torch.cosh, 'tanh': torch.tanh,
    'asinh': torch.asinh, 'acosh': torch.acosh, 'atanh': torch.atanh, 'sigmoid': torch.sigmoid, 'erf': torch.erf,
    'erfc': torch.erfc, 'floor': torch.floor, 'ceil': torch.ceil, 'round': torch.round, 'trunc': torch.trunc,
    'relu': torch.relu, 'softplus': torch.nn.functional.softplus, 'isnan': torch.isnan, 'isfinite': torch.isfinite,
    'isinf': torch.isinf, 'logicalNot': torch.logical_not,
}
WITH_NUMBERS = [
    ('clamp', torch.clamp, {'min': -0.5, 'max': 2}), ('clamp', torch.clamp, {'min': 0}), ('clamp', torch.clamp, {'max': 1}),
    *[('pow', lambda x, exponent: torch.pow(x, exponent), {'exponent': e}) for e in (0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 2.5)],
]
BINARY = {
    'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'pow': torch.pow, 'maximum': torch.maximum,
    'minimum': torch.minimum, 'atan2': torch.atan2, 'remainder': torch.remainder, 'fmod': torch.fmod, 'eq': torch.eq,
    'ne': torch.ne, 'lt': torch.lt, 'le': torch.le, 'gt': torch.gt, 'ge': torch.ge, 'logicalAnd': torch.logical_and,
    'logicalOr': torch.logical_or, 'logicalXor': torch.logical_xor,
}
INTEGER_BINARY = {
    'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'maximum': torch.maximum, 'minimum': torch.minimum,
    'bitwiseAnd': torch.bitwise_and, 'bitwiseOr': torch.bitwise_or, 'bitwiseXor': torch.bitwise_xor, 'eq': torch.eq,
    'lt': torch.lt, 'le': torch.le,
}
INTEGER_DIVISION = {
    'remainder': torch.remainder, 'fmod': torch.fmod, 'floorDiv': lambda a, b: torch.div(a, b, rounding_mode='floor'),
    'truncDiv': lambda a, b: torch.div(a, b, rounding_mode='trunc'),
}
SHIFTS = {'bitwiseLeftShift': torch.bitwise_left_shift, 'bitwiseRightShift': torch.bitwise_right_shift}


def apply(name, f, inputs, **fields):
    """One entry: the output, and for each floating input that has one its gradient."""
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    y = f(*inputs)
    entry = {'op': name, **fields, 'dtype': DTYPES[y.dtype], 'output': numbers(y)}
    if y.requires_grad:
        gradients = torch.autograd.grad(y.sum(), [x for x in inputs if x.requires_grad], allow_unused=True)
        entry['gradients'] = [numbers(torch.zeros_like(x) if g is None else g) for g, x in zip(gradients, inputs[-len(gradients):])]
    return entry


def pairs(left, right, dtype):
    """All pairs as two columns."""
    a, b = zip(*itertools.product(left, right))
    return torch.tensor(a, dtype=dtype), torch.tensor(b, dtype=dtype)


def elementwise():
    x = torch.tensor(POINTS, dtype=torch.float64)
    unary = [apply(name, f, [x]) for name, f in UNARY.items()]
    for name, f, options in WITH_NUMBERS:
        unary.append(apply(name, lambda x: f(x, **options), [x], options=options))
    a, b = pairs(PAIR_POINTS, PAIR_POINTS, torch.float64)
    binary = [apply(name, f, [a, b]) for name, f in BINARY.items()]
    condition = torch.arange(len(a)) % 3 == 0
    binary.append(apply('where', lambda a, b: torch.where(condition, a, b), [a, b], condition=numbers(condition)))
    return {'points': numbers(x), 'pairs': [numbers(a), numbers(b)]}, unary, binary


def integers():
    """int32: arithmetic wraps, the divisor is never 0 and shifts are by 0..31 (anything else is undefined in PyTorch)."""
    groups = [
        (INTEGER_BINARY, pairs(INTEGERS, INTEGERS, torch.int32)),
        (INTEGER_DIVISION, pairs(INTEGERS[1:], [-7, -3, -2, -1, 1, 2, 3, 7], torch.int32)),
        (SHIFTS, pairs(INTEGERS, [0, 1, 5, 31], torch.int32)),
    ]
    entries = [{'operands': [numbers(a), numbers(b)], 'results': [apply(name, f, [a, b]) for name, f in ops.items()]} for ops, (a, b) in groups]
    x = torch.tensor(INTEGERS, dtype=torch.int32)
    one = {'operands': [numbers(x)], 'results': [apply(name, f, [x]) for name, f in (('bitwiseNot', torch.bitwise_not), ('neg', torch.neg), ('abs', torch.abs), ('sign', torch.sign))]}
    return [*entries, one]


AXES = [None, [0], [1], [0, 1], [-1]]


def reductions():
    g = torch.Generator().manual_seed(4)
    inputs = {
        'ties': torch.tensor([[1, 3, 3, -1], [2, 2, 2, 2], [3, 0, -1, 3]], dtype=torch.float64),
        'zeros': torch.tensor([[0, 2, 3], [0, 0, 5], [1.5, -2, 0.5]], dtype=torch.float64),
        'non-finite': torch.tensor([[INF, 1, -INF], [NAN, 2, 3], [-0.0, 0, 1]], dtype=torch.float64),
        'plain': grid(3, 4, generator=g),
    }
    reduce = {
        'sum': lambda x, axes: x.sum() if axes is None else x.sum(axes),
        'mean': lambda x, axes: x.mean() if axes is None else x.mean(axes),
        'prod': lambda x, axes: x.prod() if axes is None else x.prod(axes[0]),
        'amax': lambda x, axes: x.amax() if axes is None else x.amax(axes),
        'amin': lambda x, axes: x.amin() if axes is None else x.amin(axes),
        'var': lambda x, axes: x.var() if axes is None else x.var(axes),
        'std': lambda x, axes: x.std() if axes is None else x.std(axes),
        'logsumexp': lambda x, axes: x.logsumexp([0, 1] if axes is None else axes),
    }
    entries = []
    for (label, x), (name, f), axes in itertools.product(inputs.items(), reduce.items(), AXES):
        if name == 'prod' and axes and len(axes) > 1:
            continue
        if name in ('var', 'std', 'logsumexp') and label == 'non-finite':
            continue
        x = x.clone().requires_grad_()
        y = f(x, axes)
        # Unequal upstream gradients, so that a gradient sent to the wrong place shows.
        upstream = torch.arange(1, y.numel() + 1, dtype=torch.float64).reshape(y.shape)
        y.backward(upstream)
        entries.append({'op': name, 'name': label, 'axes': axes, 'input': tensor(x), 'output': tensor(y),
                        'upstream': numbers(upstream), 'gradient': numbers(x.grad)})
    return entries


def along_axis():
    """Softmax and its like keep the shape; argMax gives the first of equal values."""
    g = torch.Generator().manual_seed(5)
    entries = []
    for name, f in (('softmax', torch.softmax), ('logSoftmax', torch.log_softmax), ('cumsum', torch.cumsum)):
        for axis in 0, 1, -1:
            x = grid(3, 4, generator=g, scale=2).requires_grad_()
            y = f(x, axis)
            upstream = grid(3, 4, generator=g)
            y.backward(upstream)
            entries.append({'op': name, 'axis': axis, 'input': tensor(x), 'output': tensor(y), 'upstream': numbers(upstream), 'gradient': numbers(x.grad)})
    x = torch.tensor([[1, 3, 3, -1], [2, 2, 2, 2], [NAN, 0, -1, 3]], dtype=torch.float64)
    for name, f in (('argMax', torch.argmax), ('argMin', torch.argmin)):
        for axis in None, 0, 1:
            y = f(x) if axis is None else f(x, axis)
            entries.append({'op': name, 'axis': axis, 'input': tensor(x), 'output': tensor(y)})
    return entries


def promotion():
    """The dtype of a result for two tensors of one dimension, and for a tensor and a number. 'error' where PyTorch refuses."""
    dtypes = [torch.bool, torch.int32, torch.float32, torch.float64]
    binary = {k: BINARY[k] for k in ('add', 'sub', 'mul', 'div', 'pow', 'maximum', 'remainder', 'atan2', 'lt', 'logicalAnd')}
    unary = {k: UNARY[k] for k in ('neg', 'abs', 'sign', 'exp', 'sqrt', 'floor', 'relu', 'sigmoid', 'logicalNot')}
    scalars = {'true': True, '2': 2, '2.5': 2.5}

    def dtype(f, *args):
        try:
            return DTYPES[f(*args).dtype]
        except (RuntimeError, TypeError):
            return 'error'

    def one(d):
        return torch.ones(2, dtype=d)
    table = []
    for name, f in unary.items():
        table += [{'op': name, 'operands': [DTYPES[d]], 'result': dtype(f, one(d))} for d in dtypes]
    for name, f in binary.items():
        table += [{'op': name, 'operands': [DTYPES[a], DTYPES[b]], 'result': dtype(f, one(a), one(b))} for a in dtypes for b in dtypes]
        if name in ('maximum', 'atan2', 'logicalAnd'):
            continue  # PyTorch takes no numbers there
        table += [{'op': name, 'operands': [DTYPES[a], s], 'result': dtype(f, one(a), v)} for a in dtypes for s, v in scalars.items()]
    for name, f in (('sum', torch.sum), ('prod', torch.prod), ('mean', torch.mean), ('amax', torch.amax)):
        table += [{'op': name, 'operands': [DTYPES[d]], 'result': dtype(f, one(d))} for d in dtypes]
    return table


def main():
    grids, unary, binary = elementwise()
    save('ops', **grids, unary=unary, binary=binary, integers=integers(), reductions=reductions(), alongAxis=along_axis(), promotion=promotion())


if __name__ == '__main__':
    main()
