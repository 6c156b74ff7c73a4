"""Spectral and weight norm: outputs, gradients of what is learned, and the vectors after two calls."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from cases import mixed, plain, shaped
from common import save
from training import camel

LAYERS = [('Linear', [3, 4], {}, [2, 3]), ('Conv2d', [2, 3, 2], {}, [1, 2, 3, 3]), ('ConvTranspose1d', [2, 3, 2], {}, [1, 2, 4])]


def spectral(name, args, options, shape):
    layer = parametrizations.spectral_norm(getattr(nn, name)(*args).double(), **options)
    held = layer.parametrizations.weight
    with torch.no_grad():
        held.original.copy_(mixed(held.original.shape, 100) / 2)
        layer.bias.zero_()
        held[0]._u.copy_(F.normalize(mixed(held[0]._u.shape, 3), dim=0))
        held[0]._v.copy_(F.normalize(mixed(held[0]._v.shape, 4), dim=0))
    layer(mixed(shape, 1))
    y = layer(mixed(shape, 1))
    y.backward(mixed(y.shape, 50))
    found = {'training': plain(y), 'gradient': plain(held.original.grad), 'u': plain(held[0]._u), 'v': plain(held[0]._v)}
    return {'norm': 'spectral', 'layer': name, 'args': args, 'input': shape, 'output': shaped(y)['shape'], **found, 'evaluation': plain(layer.eval()(mixed(shape, 1)))}


def weight(name, args, dim, shape):
    layer = getattr(nn, name)(*args).double()
    v = (mixed(layer.weight.shape, 101) / 2).requires_grad_()
    axes = [i for i in range(v.dim()) if i != dim]
    g = mixed([s if i == dim else 1 for i, s in enumerate(v.shape)] if dim is not None else [], 100).abs().add(0.5).requires_grad_()
    w = v * (g / v.square().sum(axes, keepdim=True).sqrt())
    y = {'Linear': F.linear, 'Conv2d': F.conv2d}[name](mixed(shape, 1), w)
    y.backward(mixed(y.shape, 50))
    return {'norm': 'weight', 'layer': name, 'args': args, 'dim': dim, 'input': shape, 'length': plain(g), 'training': plain(y),
            'lengthGradient': plain(g.grad), 'gradient': plain(v.grad)}


def orthogonal(name, args, options, shape):
    layer = parametrizations.orthogonal(getattr(nn, name)(*args).double(), **options)
    held = layer.parametrizations.weight
    base = {'base': plain(held[0].base)} if hasattr(held[0], 'base') else {}
    with torch.no_grad():
        start = mixed(held.original.shape, 100) / 2
        if options.get('orthogonal_map', 'householder') == 'householder' and args[0] != args[1]:
            start.diagonal(dim1=-2, dim2=-1).sign_()
        held.original.copy_(start)
        layer.bias.zero_()
    y = layer(mixed(shape, 1))
    y.backward(mixed(y.shape, 50))
    return {'norm': 'orthogonal', 'layer': name, 'args': args, 'options': camel(options), 'input': shape, **base, 'original': plain(start),
            'training': plain(y), 'gradient': plain(held.original.grad)}


ORTHOGONAL = [([3, 3], {}), ([3, 5], {}), ([4, 2], {}), ([2, 4], {'orthogonal_map': 'matrix_exp'}), ([3, 3], {'orthogonal_map': 'cayley'}), ([3, 2], {'orthogonal_map': 'cayley', 'use_trivialization': False})]


def main():
    save('parametrizations', cases=[spectral(*layer) for layer in LAYERS] + [spectral('Linear', [3, 2], {'n_power_iterations': 1}, [1, 3])]
         + [weight('Linear', [3, 4], 0, [2, 3]), weight('Linear', [3, 4], 1, [2, 3]), weight('Linear', [3, 4], None, [2, 3]), weight('Conv2d', [2, 3, 2], 0, [1, 2, 3, 3])]
         + [orthogonal('Linear', args, options, [2, args[0]]) for args, options in ORTHOGONAL])


if __name__ == '__main__':
    main()
