"""Pools as layers over their options: outputs and input gradients, ties among them (inputs are multiples of 1/64)."""

import torch

from cases import case
from common import save

TIES = torch.tensor([[[[1., 1., 2., 0.], [1., 1., 2., 2.], [0., 3., 3., 0.], [3., 3., -1., -1.]]]])
LOW = torch.tensor([[[[1., 2., -1., 0.], [0., 1., 2., float('-inf')]]]])
SPARSE = torch.tensor([[[[0., 0., 1., 0.], [0., 0., 0., 2.]]]])
POOLS = [
    ('MaxPool1d', [2], {}, [(2, 2, 5)]),
    ('MaxPool1d', [3], {'stride': 1, 'padding': 1, 'dilation': 2}, [(2, 6)]),
    ('MaxPool2d', [2], {}, [(2, 2, 4, 5)]),
    ('MaxPool2d', [2], {}, [TIES]),
    ('MaxPool2d', [3], {'stride': 2, 'padding': 1}, [TIES]),
    ('MaxPool2d', [[2, 3]], {'stride': [2, 1], 'padding': [1, 0], 'ceil_mode': True}, [(1, 2, 5, 6)]),
    ('MaxPool2d', [2], {'stride': 3, 'ceil_mode': True}, [(1, 1, 6, 7)]),
    ('MaxPool2d', [2], {'dilation': 2, 'stride': 1}, [(1, 1, 5, 5)]),
    ('MaxPool3d', [2], {'padding': 1}, [(1, 2, 3, 4, 3)]),
    ('MaxPool2d', [2, 2], {}, [(1, 2, 4, 5)]),
    ('MaxPool2d', [3, 2, 1], {'return_indices': True}, [TIES]),
    ('MaxPool2d', [2], {'padding': 1, 'dilation': 2, 'ceil_mode': True}, [LOW]),
    ('MaxPool3d', [2, 1], {'return_indices': True}, [(1, 2, 3, 3)]),
    ('AvgPool1d', [2], {}, [(2, 2, 5)]),
    ('AvgPool1d', [3], {'stride': 2, 'padding': 1, 'ceil_mode': True}, [(1, 2, 6)]),
    ('AvgPool2d', [2], {}, [(2, 2, 4, 5)]),
    ('AvgPool2d', [3], {'stride': 2, 'padding': 1}, [(2, 5, 4)]),
    ('AvgPool2d', [3], {'stride': 2, 'padding': 1, 'count_include_pad': False}, [(1, 2, 5, 4)]),
    ('AvgPool2d', [3], {'stride': 2, 'padding': 1, 'ceil_mode': True}, [(1, 1, 6, 6)]),
    ('AvgPool2d', [2], {'ceil_mode': True, 'count_include_pad': False, 'divisor_override': 3}, [(1, 1, 5, 5)]),
    ('AvgPool2d', [3, 2, 1], {}, [(1, 1, 4, 5)]),
    ('AvgPool3d', [2], {'stride': 1}, [(1, 1, 3, 3, 2)]),
    ('LPPool1d', [2, 3], {}, [(1, 2, 7)]),
    ('LPPool2d', [2, 2], {'ceil_mode': True}, [(1, 2, 4, 5)]),
    ('LPPool2d', [2, 2, 1], {}, [SPARSE]),
    ('LPPool2d', [1, 1], {}, [SPARSE]),
    ('AdaptiveAvgPool1d', [3], {}, [(2, 2, 7)]),
    ('AdaptiveAvgPool1d', [5], {}, [(2, 3)]),
    ('AdaptiveAvgPool2d', [1], {}, [(2, 2, 3, 4)]),
    ('AdaptiveAvgPool2d', [[2, 3]], {}, [(1, 2, 5, 4)]),
    ('AdaptiveMaxPool1d', [3], {}, [(1, 2, 7)]),
    ('AdaptiveMaxPool2d', [[3, 2]], {}, [(1, 2, 5, 4)]),
    ('AdaptiveMaxPool2d', [2], {}, [TIES]),
    ('AdaptiveMaxPool1d', [5], {'return_indices': True}, [(2, 3)]),
    ('AdaptiveMaxPool2d', [[3, 2]], {'return_indices': True}, [TIES]),
    ('AdaptiveMaxPool3d', [[2, 2, 3]], {'return_indices': True}, [(1, 1, 3, 4, 5)]),
]


def main():
    save('pools', cases=[case(layer, args, options, inputs) for layer, args, options, inputs in POOLS])


if __name__ == '__main__':
    main()
