"""conv2d with strides, padding and dilation, one group: output and all gradients, in float64.

The last row and column of some inputs are covered by no window: their gradient is zero, not missing.
"""

import torch
from torch.nn import functional as F

from common import grid, numbers, save, tensor
from training import camel

G = torch.Generator().manual_seed(3)


def case(name, x_shape, w_shape, bias=True, **options):
    x, w = (grid(*shape, generator=G).requires_grad_() for shape in (x_shape, w_shape))
    b = grid(w_shape[0], generator=G).requires_grad_() if bias else None
    y = F.conv2d(x, w, b, **options)
    upstream = grid(*y.shape, generator=G)
    y.backward(upstream)
    entry = {'name': name, 'options': camel(options), 'input': tensor(x), 'weight': tensor(w), 'output': tensor(y),
             'upstream': tensor(upstream), 'inputGradient': numbers(x.grad), 'weightGradient': numbers(w.grad)}
    return {**entry, 'bias': tensor(b), 'biasGradient': numbers(b.grad)} if bias else entry


def main():
    save('conv', conv2d=[
        case('plain', (2, 2, 5, 5), (3, 2, 3, 3)),
        case('stride 2, padding 1', (2, 2, 5, 6), (3, 2, 3, 3), stride=2, padding=1),
        case('dilation 2', (1, 2, 7, 6), (2, 2, 3, 3), dilation=2),
        case('dilation 2, padding 2, stride 2', (1, 2, 6, 6), (2, 2, 3, 3), dilation=2, padding=2, stride=2),
        case('stride 3, the end not covered', (1, 2, 7, 8), (2, 2, 2, 3), stride=3),
        case('stride (2, 1), padding (1, 2)', (1, 1, 5, 5), (2, 1, 3, 2), stride=(2, 1), padding=(1, 2)),
        case('1 x 1 kernel, stride 2', (2, 3, 4, 4), (2, 3, 1, 1), stride=2),
        case('kernel as large as the padded input', (1, 2, 2, 2), (2, 2, 4, 4), padding=1),
        case('no bias', (1, 2, 4, 4), (3, 2, 3, 3), bias=False, padding=1),
        case('unbatched', (2, 4, 4), (3, 2, 3, 3), padding=1),
    ])


if __name__ == '__main__':
    main()
