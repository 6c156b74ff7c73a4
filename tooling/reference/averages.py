"""Averages of a small model with a batch norm: SWA, EMA and one's own, with buffers and without, and update_bn. Parameters and inputs are `mixed` numbers."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, update_bn

from cases import mixed, plain
from common import save

UPDATES, BATCHES = 3, 3
# Name, options of AveragedModel here, use_buffers.
RUNS = [('swa', None, False), ('swa', None, True), ('ema', lambda a, p, n: 0.9 * a + 0.1 * p, False), ('own', lambda a, p, n: torch.maximum(a, p), True)]


def run(name, avg_fn, use_buffers):
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2)).double()
    averaged = AveragedModel(net, avg_fn=avg_fn, use_buffers=use_buffers)
    for i in range(UPDATES):
        with torch.no_grad():
            for j, p in enumerate(net.parameters()):
                p.copy_(mixed(p.shape, 10 * i + j))
        net.train()(mixed((5, 3), 100 + i))
        averaged.update_parameters(net)
        if not use_buffers:  # as later versions do
            for a, b in zip(averaged.module.buffers(), net.buffers()):
                a.copy_(b)
    state = lambda: {k: plain(v.double()) for k, v in averaged.state_dict().items()}
    before, output = state(), plain(averaged.eval()(mixed((2, 3), 200)))
    update_bn([mixed((5, 3), 300 + i) for i in range(BATCHES)], averaged)
    return {'average': name, 'useBuffers': use_buffers, 'state': before, 'output': output, 'updated': state(), 'updatedOutput': plain(averaged.eval()(mixed((2, 3), 200)))}


def main():
    save('averages', updates=UPDATES, batches=BATCHES, runs=[run(*r) for r in RUNS])


if __name__ == '__main__':
    main()
