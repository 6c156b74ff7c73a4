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
    entry = {'loss': loss, 'options': {k: tensor(v) if torch.is_tensor(v) else v for k, v in camel(options).items()},
             'inputs': [tensor(x) for x in inputs], 'output': tensor(y),
             'gradients': [tensor(x.grad)['data'] if x.requires_grad else None for x in leaves]}
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


def main():
    save('criteria', cases=[*errors(), *binary(), *classes()])


if __name__ == '__main__':
    main()
