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
]


def metric(step):
    """A value that improves, then stays, then wanders."""
    return 1 / (step + 1) if step < 15 else 1 / 15 + (step % 7) / 100


def make(name, optimizer, args, options):
    function = torch.optim.swa_utils.SWALR if name == 'SWALR' else getattr(lr_scheduler, name)
    if name.endswith(('LambdaLR', 'MultiplicativeLR')):
        return function(optimizer, [lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch / 10)])
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
    parts = lambda a: [[n, p, camel(o)] for n, p, o in a] if name in ('SequentialLR', 'ChainedScheduler') else a
    mapped = {('tMult' if key == 'TMult' else key): value for key, value in camel(options).items()}
    return {'schedule': name, 'args': [parts(a) if i == 0 else a for i, a in enumerate(args)], 'options': mapped, 'optimizer': given, 'rates': rates, 'momenta': momenta}


def main():
    warnings.simplefilter('ignore')
    save('schedules', metric=[number(metric(step)) for step in range(STEPS)], runs=[run(*r) for r in RUNS])


if __name__ == '__main__':
    main()
