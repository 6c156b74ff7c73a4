"""Losses over their options, shapes and difficult values: outputs and the gradients of all float inputs, in float64.

`upstream` is the gradient that the loss received (where it has axes; otherwise 1). Numbers have 12 significant digits.
"""

import math

import torch
from torch import nn

from common import DTYPES, grid, number, save
from training import camel

G = torch.Generator().manual_seed(11)
REDUCTIONS = 'mean', 'sum', 'none'


def tensor(t):
    return {'dtype': DTYPES[t.dtype], 'shape': list(t.shape), 'data': [number(x, 12) for x in t.detach().reshape(-1).tolist()]}


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def case(loss, options, *inputs, fixed=()):
    """`fixed` lists inputs whose gradient is left out."""
    leaves = [x.clone().requires_grad_() if x.is_floating_point() and i not in fixed else x for i, x in enumerate(inputs)]
    y = getattr(nn, loss)(**options)(*leaves)
    upstream = torch.ones_like(y) if y.dim() == 0 else grid(*y.shape, generator=G)
    y.backward(upstream)
    entry = {'loss': loss, 'options': {k: tensor(v) if torch.is_tensor(v) else 'Infinity' if v == math.inf else v for k, v in camel(options).items()},
             'inputs': [tensor(x) for x in inputs], 'output': tensor(y),
             'gradients': [tensor(x.grad)['data'] if x.grad is not None else None for x in leaves]}
    return {**entry, 'upstream': tensor(upstream)} if y.dim() > 0 else entry


def over_reductions(loss, options, *inputs, **more):
    return [case(loss, {**options, 'reduction': r}, *inputs, **more) for r in REDUCTIONS]


def errors():
    a, b = grid(2, 3, generator=G), grid(2, 3, generator=G)
    a[0, 0] = b[0, 0]
    cases = over_reductions('L1Loss', {}, a, b) + over_reductions('L1Loss', {}, a[0, 0], b[0, 1])
    cases.append(case('L1Loss', {}, f64(1e4, math.inf, 1e300), f64(-1e4, 0, -1e300)))
    return cases


def binary():
    x, t = grid(3, 2, generator=G, scale=3), torch.rand(3, 2, generator=G, dtype=torch.float64).mul(8).round() / 8
    p = torch.sigmoid(x).mul(64).round() / 64
    row, rows, whole = f64(0.5, 2), f64(1, 0.5, 3).reshape(3, 1), grid(3, 2, generator=G).abs()
    cases = []
    for weight in None, row, rows, whole:
        options = {} if weight is None else {'weight': weight}
        cases += over_reductions('BCELoss', options, p, t)
        for positive in None, f64(3, 0.25), f64(2):
            more = {} if positive is None else {'pos_weight': positive}
            cases += over_reductions('BCEWithLogitsLoss', {**options, **more}, x, t)[:1 if weight is rows or weight is whole else 3]
    edge = f64(0, 1, 0, 1, 1e-300, 1 - 2.0**-10, 0.5), f64(0, 1, 1, 0, 1, 0, 0.5)
    cases += over_reductions('BCELoss', {}, *edge, fixed=[1])
    cases.append(case('BCELoss', {}, f64(0.25)[0], f64(1)[0]))
    far = f64(1e4, -1e4, 1e4, -1e4, 0, 0, 800, -800, 1e-20), f64(1, 0, 0, 1, 0, 1, 0.5, 0.5, 1)
    cases += over_reductions('BCEWithLogitsLoss', {}, *far)
    cases += over_reductions('BCEWithLogitsLoss', {'pos_weight': f64(3)}, *far)
    cases.append(case('BCEWithLogitsLoss', {}, f64(-0.25)[0], f64(1)[0]))
    return cases


def classes():
    cases = []
    row, wide, plane = (torch.log_softmax(grid(*s, generator=G), -1 if len(s) == 1 else 1).mul(64).round() / 64 for s in ((3,), (4, 3), (2, 3, 2, 2)))
    inputs = [(row, torch.tensor(1)), (wide, torch.tensor([2, 0, 1, 2])), (wide, torch.tensor([2, -100, 1, -100])),
              (plane, torch.tensor([[[0, 1], [2, 2]], [[1, 0], [-100, 1]]])), (plane.flatten(2), torch.tensor([[0, 1, 2, 2], [1, 0, 0, 1]]))]
    for x, t in inputs:
        for options in {}, {'weight': f64(1, 0.5, 3)}, *([] if t.min() < 0 else [{'weight': f64(1, 0.5, 3), 'ignore_index': 1}]):
            cases += over_reductions('NLLLoss', options, x, t)
    cases += over_reductions('NLLLoss', {}, wide, torch.full((4,), -100))
    cases.append(case('NLLLoss', {}, f64(0, -math.inf, -1e4).reshape(1, 3), torch.tensor([2])))
    return cases


def pointwise():
    a, b = grid(2, 3, generator=G, scale=2), grid(2, 3, generator=G, scale=2)
    a[0, 0] = b[0, 0]
    a[0, 1] = b[0, 1] + 0.5
    a[0, 2] = b[0, 2] - 2
    cases = []
    for beta in 1.0, 0.5, 2.0:
        cases += over_reductions('SmoothL1Loss', {'beta': beta}, a, b)
    cases.append(case('SmoothL1Loss', {'beta': 0.0}, a[1], b[1]))
    for delta in 1.0, 0.5, 2.0:
        cases += over_reductions('HuberLoss', {'delta': delta}, a, b)
    p, q = torch.softmax(a, 1).mul(64).round().clamp(1) / 64, torch.log_softmax(b, 1).mul(64).round() / 64
    for reduction in *REDUCTIONS, 'batchmean':
        cases.append(case('KLDivLoss', {'reduction': reduction}, q, p))
        cases.append(case('KLDivLoss', {'reduction': reduction, 'log_target': True}, q, a))
    cases.append(case('KLDivLoss', {'reduction': 'sum'}, q[0], f64(0, 1, 0.5), fixed=[1]))
    counts = f64(0, 1, 2, 3, 8, 0.5)
    rate = grid(6, generator=G).abs()
    for full in False, True:
        cases += over_reductions('PoissonNLLLoss', {'full': full}, rate, counts, fixed=[1])
        cases += over_reductions('PoissonNLLLoss', {'full': full, 'log_input': False}, rate, counts, fixed=[1])
    cases.append(case('PoissonNLLLoss', {'log_input': False, 'eps': 0.5}, f64(0, 1), f64(2, 3)))
    v = grid(2, 3, generator=G).abs()
    v[0, 0] = 0
    for variance in v, v[:, 1], v[:, 1:2]:
        for full in False, True:
            cases += over_reductions('GaussianNLLLoss', {'full': full}, a, b, variance)[:3 if variance is v else 1]
    cases.append(case('GaussianNLLLoss', {'eps': 0.5}, a, b, v))
    return cases


def margins():
    sign = f64(1, -1, 1, -1, -1, 1)
    x, y = f64(0.5, 0.5, -2, 1, 2, 0), f64(0.5, -1, 1, 0, 2, 1)
    cases = []
    for options in {}, {'margin': 0.5}:
        cases += over_reductions('HingeEmbeddingLoss', options, x, sign)
        cases += over_reductions('MarginRankingLoss', options, x, y, sign)
    cases += over_reductions('SoftMarginLoss', {}, x, sign, fixed=[1])
    cases.append(case('HingeEmbeddingLoss', {}, f64(1)[0], f64(-1)[0]))
    cases.append(case('MarginRankingLoss', {}, grid(2, 1, generator=G), grid(1, 3, generator=G), f64(1, -1, 1).reshape(1, 3)))
    a, b = grid(3, 4, generator=G), grid(3, 4, generator=G)
    b[0] = a[0]
    t = torch.tensor([1, -1, -1])
    for options in {}, {'margin': 0.25}, {'margin': -0.5}:
        cases += over_reductions('CosineEmbeddingLoss', options, a, b, t)
    cases.append(case('CosineEmbeddingLoss', {'reduction': 'none'}, a[1], b[1], torch.tensor(1)))
    cases.append(case('CosineEmbeddingLoss', {}, f64(0, 0), f64(1, 2), torch.tensor(1)))
    n = grid(3, 4, generator=G)
    for options in {}, {'p': 1}, {'swap': True}, {'margin': 0.5, 'p': 3, 'swap': True}, {'p': math.inf}, {'eps': 0.1}:
        cases += over_reductions('TripletMarginLoss', options, a, b, n)[:3 if options == {} else 1]
    cases.append(case('TripletMarginLoss', {'reduction': 'none'}, a[0], b[0], n[0]))
    for options in {}, {'margin': 2.0, 'swap': True}:
        cases += over_reductions('TripletMarginWithDistanceLoss', options, a, b, n)
    return cases


def several():
    x = grid(3, 4, generator=G)
    x[0, 1] = x[0, 3] - 1
    labels = torch.tensor([3, 0, 2])
    cases = []
    for options in {}, {'p': 2}, {'margin': 0.5, 'weight': f64(1, 2, 0.5, 3)}:
        cases += over_reductions('MultiMarginLoss', options, x, labels)
    cases += over_reductions('MultiMarginLoss', {}, x[0], torch.tensor(3))
    cases += over_reductions('MultiMarginLoss', {'p': 2}, x[0], torch.tensor([1]))
    listed = torch.tensor([[3, 0, -1, 1], [-1, 0, 1, 2], [0, 1, 2, 3]])
    cases += over_reductions('MultiLabelMarginLoss', {}, x, listed)
    cases += over_reductions('MultiLabelMarginLoss', {}, x[0], listed[0])
    t = f64(0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1).reshape(3, 4)
    for options in {}, {'weight': f64(1, 2, 0.5, 3)}:
        cases += over_reductions('MultiLabelSoftMarginLoss', options, x, t)
    cases.append(case('MultiLabelSoftMarginLoss', {'reduction': 'none'}, f64(1e4, -1e4, 0), f64(0, 1, 1)))
    return cases


def ctc():
    x = torch.log_softmax(grid(6, 3, 4, generator=G, scale=2), 2).mul(64).round() / 64
    padded, lengths = torch.tensor([[1, 2, 2], [3, 1, 0], [1, 1, 3]]), torch.tensor([3, 2, 0])
    joined = torch.tensor([1, 2, 2, 3, 1])
    cases = []
    for targets in padded, joined:
        cases += over_reductions('CTCLoss', {}, x, targets, torch.tensor([6, 5, 3]), lengths)
    cases += over_reductions('CTCLoss', {'zero_infinity': True}, x, padded, torch.tensor([3, 1, 3]), lengths)
    cases += over_reductions('CTCLoss', {'blank': 3}, x, padded.clamp(0, 2), torch.tensor([6, 6, 4]), torch.tensor([3, 1, 2]))
    cases.append(case('CTCLoss', {'reduction': 'none'}, x[:, 0], padded[0], torch.tensor(6), torch.tensor(3)))
    return cases


def main():
    save('criteria', cases=[*errors(), *binary(), *classes(), *pointwise(), *margins(), *several(), *ctc()])


if __name__ == '__main__':
    main()
