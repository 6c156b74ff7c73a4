"""Linear on unbatched, batched and higher inputs, with and without bias: output and all gradients, in float64."""

import torch
from torch import nn

from common import grid, numbers, save, tensor

G = torch.Generator().manual_seed(2)
INPUTS, OUTPUTS = 5, 3


def case(name, shape, bias):
    layer = nn.Linear(INPUTS, OUTPUTS, bias=bias).double()
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(grid(*p.shape, generator=G))
    x = grid(*shape, INPUTS, generator=G).requires_grad_()
    y = layer(x)
    upstream = grid(*y.shape, generator=G)
    y.backward(upstream)
    entry = {'name': name, 'weight': tensor(layer.weight), 'input': tensor(x), 'output': tensor(y), 'upstream': tensor(upstream),
             'inputGradient': numbers(x.grad), 'weightGradient': numbers(layer.weight.grad)}
    return {**entry, 'bias': tensor(layer.bias), 'biasGradient': numbers(layer.bias.grad)} if bias else entry


def main():
    save('linear', cases=[
        case('unbatched', [], True), case('batched', [4], True), case('one row', [1], True), case('no rows', [0], True),
        case('extra dimensions', [2, 3, 2], True), case('unbatched, no bias', [], False), case('batched, no bias', [4], False),
    ])


if __name__ == '__main__':
    main()
