"""Rates (and momenta, where a schedule turns them) of 60 steps of every schedule, from the setting at the start on; the groups start at 0.5 and 0.2."""

import warnings

import torch
from torch.optim import lr_scheduler

from common import number, save
from training import camel

STEPS, RATES = 60, (0.5, 0.2)

# Name, positional arguments, options, the optimizer's options.
RUNS = [
    ('LambdaLR', [], {}, {}),
    ('MultiplicativeLR', [], {}, {}),
    ('StepLR', [7], {}, {}),
    ('StepLR', [20], {'gamma': 0.5}, {}),
    ('MultiStepLR', [[30, 10, 30]], {'gamma': 0.5}, {}),
    ('ExponentialLR', [0.9], {}, {}),
    ('ConstantLR', [], {}, {}),
    ('ConstantLR', [], {'factor': 0.5, 'total_iters': 20}, {}),
    ('LinearLR', [], {}, {}),
    ('LinearLR', [], {'start_factor': 0.9, 'end_factor': 0.1, 'total_iters': 40}, {}),
    ('PolynomialLR', [], {}, {}),
    ('PolynomialLR', [], {'total_iters': 50, 'power': 2.5}, {}),
    ('CosineAnnealingLR', [20], {}, {}),
    ('CosineAnnealingLR', [25], {'eta_min': 0.01}, {}),
    ('CosineAnnealingWarmRestarts', [10], {}, {}),
    ('CosineAnnealingWarmRestarts', [7], {'T_mult': 2, 'eta_min': 0.01}, {}),
    ('CyclicLR', [0.01, 0.1], {'step_size_up': 10, 'cycle_momentum': False}, {}),
    ('CyclicLR', [0.01, 0.1], {'step_size_up': 8, 'step_size_down': 3, 'mode': 'triangular2'}, {'momentum': 0.9}),
    ('CyclicLR', [0.01, 0.1], {'step_size_up': 10, 'mode': 'exp_range', 'gamma': 0.97, 'base_momentum': 0.5}, {'momentum': 0.9}),
    ('CyclicLR', [[0.01, 0.02], [0.1, 0.3]], {'step_size_up': 10, 'max_momentum': 0.99}, {'momentum': 0.9}),
    ('OneCycleLR', [0.1], {'total_steps': 60}, {'momentum': 0.9}),
    ('OneCycleLR', [[0.1, 1]], {'epochs': 12, 'steps_per_epoch': 5, 'anneal_strategy': 'linear', 'pct_start': 0.5, 'div_factor': 10}, {'momentum': 0.5}),
    ('OneCycleLR', [0.1], {'total_steps': 61, 'three_phase': True, 'final_div_factor': 100, 'base_momentum': 0.7, 'max_momentum': 0.9}, {'momentum': 0.9}),
    ('OneCycleLR', [0.1], {'total_steps': 60}, {'betas': (0.9, 0.99)}),
    ('OneCycleLR', [0.1], {'total_steps': 100, 'cycle_momentum': False}, {}),
    ('ReduceLROnPlateau', [], {}, {}),
    ('ReduceLROnPlateau', [], {'factor': 0.5, 'patience': 2, 'cooldown': 3, 'min_lr': 0.01}, {}),
    ('ReduceLROnPlateau', [], {'mode': 'max', 'patience': 3, 'threshold': 0.1, 'threshold_mode': 'abs', 'factor': 0.7}, {}),
    ('SequentialLR', [[('LinearLR', [], {'start_factor': 0.1}), ('CosineAnnealingLR', [55], {})], [5]], {}, {}),
    ('SequentialLR', [[('ConstantLR', [], {'factor': 0.1, 'total_iters': 2}), ('ExponentialLR', [0.9], {}), ('StepLR', [5], {})], [2, 30]], {}, {}),
    ('SWALR', [0.05], {}, {}),
    ('SWALR', [[0.05, 0.9]], {'anneal_epochs': 4, 'anneal_strategy': 'linear'}, {}),
    ('ChainedScheduler', [[('ConstantLR', [], {'factor': 0.1, 'total_iters': 10}), ('ExponentialLR', [0.9], {})]], {}, {}),
    ('ChainedScheduler', [[('LinearLR', [], {'total_iters': 10}), ('CosineAnnealingLR', [60], {}), ('StepLR', [20], {})]], {}, {}),
    ('ChainedScheduler', [[('OneCycleLR', [0.1], {'total_steps': 60}), ('SWALR', [0.3], {'anneal_epochs': 4}), ('OneCycleLR', [0.4], {'total_steps': 70, 'base_momentum': 0.5})]], {}, {'momentum': 0.9}),
    ('SequentialLR', [[('ConstantLR', [], {}), ('LinearLR', [], {}), ('PolynomialLR', [], {'total_iters': 9}), ('CosineAnnealingLR', [4], {}), ('CosineAnnealingWarmRestarts', [3], {'T_mult': 2}),
                       ('OneCycleLR', [0.3], {'total_steps': 8, 'cycle_momentum': False}), ('SWALR', [0.05], {'anneal_epochs': 4}), ('MultiStepLR', [[1, 3]], {}),
                       ('CyclicLR', [0.1, 0.2], {'step_size_up': 2, 'cycle_momentum': False}), ('MultiplicativeLR', [], {})], [3, 9, 15, 22, 29, 34, 40, 46, 52]], {}, {}),
    ('SequentialLR', [[('SWALR', [0.05], {'anneal_epochs': 12}), ('SWALR', [0.9], {'anneal_epochs': 20, 'anneal_strategy': 'linear'})], [6]], {}, {}),
]

# Name, positional arguments, options, last_epoch, what step() is given.
JUMPS = [
    ('CosineAnnealingWarmRestarts', [3], {'T_mult': 2, 'eta_min': 0.01}, -1, [None, 0.25, 2.75, 3, 8.999, 9.5, None, 21, None, 20.5, 0]),
    ('CosineAnnealingWarmRestarts', [4], {}, -1, [None, 3.5, None, 4, 9.25, None, 0.5]),
    ('CosineAnnealingLR', [5], {'eta_min': 0.05}, 7, [None, None, 5, None, 6, 10, None, None]),
    ('StepLR', [3], {}, 5, [None, 4, None, None, 9]),
    ('MultiStepLR', [[2, 2, 7]], {'gamma': 0.5}, 1, [None, 7, None, 1]),
    ('LinearLR', [], {'start_factor': 0.1, 'end_factor': 0.6}, 2, [None, None, 4, 9, None, 0]),
    ('PolynomialLR', [], {'power': 2}, 1, [None, 4, None, None, 3]),
    ('ConstantLR', [], {'factor': 0.5}, 3, [None, None, 2, None]),
    ('ExponentialLR', [0.5], {}, 3, [None, 1, 6, None]),
    ('LambdaLR', [], {}, 3, [None, 12, None]),
    ('MultiplicativeLR', [], {}, 3, [None, 12, None]),
    ('SWALR', [0.05], {'anneal_epochs': 5}, 6, [None, None, 1, None, None, None]),
    ('CyclicLR', [0.01, 0.1], {'step_size_up': 4, 'mode': 'triangular2', 'cycle_momentum': False}, -1, [3, None, 11, None]),
]


def mapped(options):
    return {('tMult' if key == 'TMult' else key): value for key, value in camel(options).items()}


def metric(step):
    """A value that improves, then stays, then wanders."""
    return 1 / (step + 1) if step < 15 else 1 / 15 + (step % 7) / 100


def make(name, optimizer, args, options):
    function = torch.optim.swa_utils.SWALR if name == 'SWALR' else getattr(lr_scheduler, name)
    if name.endswith(('LambdaLR', 'MultiplicativeLR')):
        return function(optimizer, [lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch / 10)], **options)
    if name in ('SequentialLR', 'ChainedScheduler'):
        parts = [make(n, optimizer, a, o) for n, a, o in args[0]]
        return function(parts) if name == 'ChainedScheduler' else function(optimizer, parts, args[1])
    return function(optimizer, *args, **options)


def run(name, args, options, given):
    parameters = [torch.zeros(1, requires_grad=True) for _ in RATES]
    groups = [{'params': [p], 'lr': lr} for p, lr in zip(parameters, RATES)]
    optimizer = torch.optim.Adam(groups, **given) if 'betas' in given else torch.optim.SGD(groups, lr=1, **given)
    scheduler = make(name, optimizer, args, options)
    turns = name in ('CyclicLR', 'OneCycleLR') and options.get('cycle_momentum', True)
    rates, momenta = [], []
    for step in range(STEPS):
        rates.append([number(group['lr'], 14) for group in optimizer.param_groups])
        if turns:
            momenta.append(number(optimizer.param_groups[1].get('momentum', optimizer.param_groups[1].get('betas', [0])[0]), 14))
        optimizer.step()
        scheduler.step(*([metric(step)] if name == 'ReduceLROnPlateau' else []))
    parts = lambda a: [[n, p, mapped(o)] for n, p, o in a] if name in ('SequentialLR', 'ChainedScheduler') else a
    return {'schedule': name, 'args': [parts(a) if i == 0 else a for i, a in enumerate(args)], 'options': mapped(options), 'optimizer': given, 'rates': rates, 'momenta': momenta}


def jump(name, args, options, last_epoch, epochs):
    """Rates after the start and after each step; the groups start at 0.5 and 0.2, resumed ones came from 0.6 and 0.3."""
    groups = [{'params': [torch.zeros(1, requires_grad=True)], 'lr': lr, **({'initial_lr': first} if last_epoch >= 0 else {})} for lr, first in zip(RATES, (0.6, 0.3))]
    optimizer = torch.optim.SGD(groups, lr=1)
    scheduler = make(name, optimizer, args, {**options, 'last_epoch': last_epoch})
    rates = [[number(group['lr'], 14) for group in optimizer.param_groups]]
    for epoch in epochs:
        scheduler.step(*([] if epoch is None else [epoch]))
        rates.append([number(group['lr'], 14) for group in optimizer.param_groups])
    return {'schedule': name, 'args': args, 'options': mapped(options), 'lastEpoch': last_epoch, 'epochs': epochs, 'rates': rates}


def main():
    warnings.simplefilter('ignore')
    save('schedules', metric=[number(metric(step)) for step in range(STEPS)], runs=[run(*r) for r in RUNS], jumps=[jump(*j) for j in JUMPS])


if __name__ == '__main__':
    main()
