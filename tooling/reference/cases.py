"""Cases of layers and functions: what one call gives, its gradients, and the buffers after it.

A case is small because what can be computed is not stored: inputs, parameters and upstream gradients are `mixed` numbers,
which the tests compute again (packages/layers/test/cases.ts). Stored numbers have 12 digits.
"""

import torch
from torch import nn
from torch.nn import functional as F

from common import number
from training import camel

MASK = 0xFFFFFFFF


def mixed(shape, seed):
    """Multiples of 1/64 between -2 and 2: a hash of the position."""
    size = torch.Size(shape).numel()
    values = []
    for k in range(size):
        h = ((k + seed * 7919 + 1) * 0x9E3779B1) & MASK
        h ^= h >> 15
        h = (h * 0x85EBCA77) & MASK
        h ^= h >> 13
        values.append((h % 257 - 128) / 64)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def plain(t):
    return [number(x, 12) for x in t.detach().reshape(-1).tolist()]


def shaped(t):
    return {'shape': list(t.shape), 'data': plain(t)}


def arguments(args, options):
    """As this framework takes them: positional ones, then one object."""
    return [*args, *([camel(options)] if options else [])]


def made(x, i):
    """An input: a shape of mixed numbers, or the numbers themselves."""
    explicit = torch.is_tensor(x)
    t = x.double().clone() if explicit else mixed(x, i + 1)
    return t.requires_grad_(), shaped(t) if explicit else {'shape': list(x)}


def case(layer, args, options, inputs, training=True, module=None, calls=1):
    """A layer. Parameters are mixed numbers halved; `calls` times forward, gradients of the last."""
    net = (module or getattr(nn, layer)(*args, **options)).double().train(training)
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(mixed(p.shape, 100 + i) / 2)
    return run({'layer': layer}, net, net, args, options, inputs, training, calls)


def call(name, function, args, options, inputs):
    """A function of `inputs`, then of positional arguments and options."""
    return run({'function': name}, lambda *x: function(*x, *args, **options), None, args, options, inputs)


def run(entry, f, net, args, options, inputs, training=True, calls=1):
    tensors, described = zip(*(made(x, i) for i, x in enumerate(inputs)))
    for _ in range(calls):
        y = f(*tensors)
    outputs = y if isinstance(y, tuple) else (y,)
    y = outputs[0]
    y.backward(mixed(y.shape, 50))
    entry = {**entry, 'args': arguments(args, options), 'inputs': list(described)}
    if not training:
        entry['training'] = False
    if calls > 1:
        entry['calls'] = calls
    entry['outputs'] = [shaped(o) for o in outputs]
    entry['gradients'] = [plain(torch.zeros_like(t) if t.grad is None else t.grad) for t in tensors]
    if net is not None and len(list(net.parameters())):
        entry['parameters'] = {k: plain(p.grad) for k, p in net.named_parameters()}
    if net is not None and len(list(net.buffers())):
        entry['buffers'] = {k: plain(b.double()) for k, b in net.named_buffers()}
    return entry


__all__ = ['F', 'call', 'case', 'mixed', 'nn', 'torch']
