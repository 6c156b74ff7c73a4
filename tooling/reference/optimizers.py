"""30 steps of each optimizer on Beale's function from (0.8, 1.6), in float64: the point after every step.

    f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2
"""

import torch

from common import numbers, save
from training import camel

STEPS, START = 30, (0.8, 1.6)

RUNS = [
    ('SGD', {'lr': 1e-3}),
    ('SGD', {'lr': 1e-3, 'momentum': 0.9}),
    ('SGD', {'lr': 1e-3, 'momentum': 0.9, 'nesterov': True}),
    ('SGD', {'lr': 1e-3, 'momentum': 0.9, 'dampening': 0.5}),
    ('SGD', {'lr': 1e-3, 'weight_decay': 0.1}),
    ('SGD', {'lr': 1e-3, 'momentum': 0.9, 'weight_decay': 0.1, 'nesterov': True}),
    ('SGD', {'lr': 1e-4, 'maximize': True}),
    ('RMSprop', {}),
    ('RMSprop', {'lr': 0.05}),
    ('RMSprop', {'lr': 0.05, 'alpha': 0.9, 'eps': 1e-3}),
    ('RMSprop', {'lr': 0.01, 'momentum': 0.9}),
    ('RMSprop', {'lr': 0.01, 'centered': True}),
    ('RMSprop', {'lr': 0.01, 'momentum': 0.9, 'centered': True, 'weight_decay': 0.1}),
    ('Adam', {}),
    ('Adam', {'lr': 0.1}),
    ('Adam', {'lr': 0.1, 'betas': (0.8, 0.95), 'eps': 1e-3}),
    ('Adam', {'lr': 0.1, 'weight_decay': 0.1}),
    ('Adam', {'lr': 0.1, 'amsgrad': True}),
    ('Adam', {'lr': 0.01, 'maximize': True}),
]


def beale(p):
    x, y = p
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def run(name, options):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([p], **options)
    points = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        beale(p).backward()
        optimizer.step()
        points.append(numbers(p))
    return {'optimizer': name, 'options': camel(options), 'points': points}


def main():
    save('optimizers', function='beale', start=list(START), runs=[run(*r) for r in RUNS])


if __name__ == '__main__':
    main()
