"""Convolutions and transposed ones as layers, over their options: outputs and all gradients."""

from cases import case
from common import save

CONV = [
    ('Conv1d', [2, 3, 3], {}, [(2, 2, 6)]),
    ('Conv1d', [2, 4, 3], {'stride': 2, 'padding': 2, 'dilation': 2, 'groups': 2}, [(1, 2, 7)]),
    ('Conv1d', [2, 3, 4], {'padding': 'same'}, [(2, 2, 5)]),
    ('Conv1d', [2, 3, 3], {'padding': 1, 'padding_mode': 'circular'}, [(1, 2, 5)]),
    ('Conv2d', [2, 3, 3], {}, [(2, 2, 5, 4)]),
    ('Conv2d', [1, 2, [2, 3]], {'stride': [2, 1], 'padding': [1, 2]}, [(2, 1, 5, 4)]),
    ('Conv2d', [2, 2, 3], {'stride': 2, 'padding': 1, 'dilation': 2, 'bias': False}, [(1, 2, 6, 7)]),
    ('Conv2d', [4, 4, 3], {'padding': 1, 'groups': 4}, [(1, 4, 4, 3)]),
    ('Conv2d', [4, 2, 2], {'groups': 2, 'stride': 2}, [(1, 4, 5, 4)]),
    ('Conv2d', [1, 2, 3], {'padding': 'same', 'dilation': 2}, [(1, 1, 5, 5)]),
    ('Conv2d', [2, 2, 3], {'padding': 'valid'}, [(2, 4, 4)]),
    ('Conv2d', [1, 2, 3], {'padding': 2, 'padding_mode': 'reflect'}, [(1, 1, 4, 4)]),
    ('Conv2d', [1, 2, 3], {'padding': [1, 2], 'padding_mode': 'replicate', 'stride': 2}, [(1, 1, 4, 4)]),
    ('Conv2d', [1, 2, 3, 2, 1], {'groups': 1}, [(1, 1, 5, 4)]),
    ('Conv2d', [2, 3, 1], {'stride': 2}, [(2, 2, 3, 3)]),
    ('Conv3d', [1, 2, 2], {'padding': 1, 'stride': [1, 2, 1]}, [(1, 1, 3, 3, 2)]),
    ('Conv3d', [2, 2, [1, 2, 2]], {'groups': 2}, [(1, 2, 2, 3, 3)]),
    ('ConvTranspose1d', [2, 3, 3], {}, [(2, 2, 4)]),
    ('ConvTranspose1d', [4, 2, 3], {'stride': 2, 'padding': 1, 'output_padding': 1, 'groups': 2}, [(1, 4, 3)]),
    ('ConvTranspose2d', [2, 3, 3], {'stride': 2, 'padding': 1, 'output_padding': 1}, [(1, 2, 3, 2)]),
    ('ConvTranspose2d', [2, 2, [2, 3]], {'stride': [1, 3], 'dilation': [2, 1], 'bias': False}, [(2, 3, 2)]),
    ('ConvTranspose2d', [4, 4, 2], {'groups': 2, 'stride': 2, 'padding': 1}, [(1, 4, 3, 3)]),
    ('ConvTranspose2d', [1, 2, 2], {'dilation': 2, 'output_padding': 1}, [(1, 1, 2, 3)]),
    ('ConvTranspose2d', [2, 1, 2, 2], {}, [(1, 2, 2, 3)]),
    ('ConvTranspose3d', [1, 2, 2], {'stride': 2, 'padding': 1}, [(1, 1, 2, 3, 2)]),
]


def main():
    save('convolutions', cases=[case(layer, args, options, inputs) for layer, args, options, inputs in CONV])


if __name__ == '__main__':
    main()
