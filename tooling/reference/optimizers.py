"""100 steps of each optimizer on Beale's function from (0.8, 1.6), in float64: the point after each of the first
5 steps, and then after every tenth. `drift` is how far the same run in float32 is at the end of any step, relative to the
largest coordinate of all: a measure of what rounding alone does.

    f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2
"""

import torch

from common import numbers, save
from training import camel

STEPS, START = 100, (0.8, 1.6)

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
    ('AdamW', {}),
    ('AdamW', {'lr': 0.1, 'weight_decay': 0.1}),
    ('AdamW', {'lr': 0.1, 'weight_decay': 0.1, 'amsgrad': True, 'betas': (0.5, 0.9)}),
    ('AdamW', {'lr': 0.01, 'maximize': True}),
    ('Adagrad', {}),
    ('Adagrad', {'lr': 0.4}),
    ('Adagrad', {'lr': 0.4, 'lr_decay': 0.1, 'initial_accumulator_value': 0.5, 'eps': 1e-3}),
    ('Adagrad', {'lr': 0.4, 'weight_decay': 0.1, 'maximize': True}),
    ('Adadelta', {}),
    ('Adadelta', {'lr': 10, 'rho': 0.5, 'eps': 1e-4}),
    ('Adadelta', {'weight_decay': 0.1, 'maximize': True}),
    ('Adamax', {}),
    ('Adamax', {'lr': 0.1, 'betas': (0.8, 0.9), 'eps': 1e-3, 'weight_decay': 0.1}),
    ('Adamax', {'maximize': True}),
    ('NAdam', {}),
    ('NAdam', {'lr': 0.1, 'betas': (0.8, 0.95), 'eps': 1e-3, 'momentum_decay': 0.1}),
    ('NAdam', {'lr': 0.1, 'weight_decay': 0.1}),
    ('RAdam', {}),
    ('RAdam', {'lr': 0.01, 'betas': (0.8, 0.95), 'eps': 1e-3}),
    ('RAdam', {'lr': 0.01, 'weight_decay': 0.1}),
    ('ASGD', {'lr': 1e-3}),
    ('ASGD', {'lr': 1e-3, 'lambd': 0.1, 'alpha': 0.5, 't0': 20, 'weight_decay': 0.1}),
    ('ASGD', {'lr': 1e-4, 'maximize': True}),
    ('Rprop', {}),
    ('Rprop', {'lr': 0.1, 'etas': (0.3, 1.5), 'step_sizes': (1e-3, 0.2)}),
    ('Rprop', {'maximize': True}),
]


def beale(p):
    x, y = p
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


class NAdam(torch.optim.Optimizer):
    """The published formula: PyTorch 1.13 multiplies by mu once too often, which later versions do not."""

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay))
        self.t, self.product, self.m, self.v = 0, 1.0, 0.0, 0.0

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        p, (beta1, beta2) = group['params'][0], group['betas']
        g = p.grad + group['weight_decay'] * p
        self.t += 1
        mu, following = (beta1 * (1 - 0.96 ** (t * group['momentum_decay']) / 2) for t in (self.t, self.t + 1))
        self.product *= mu
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = beta2 * self.v + (1 - beta2) * g * g
        mean = (1 - mu) / (1 - self.product) * g + following / (1 - self.product * following) * self.m
        p -= group['lr'] * mean / ((self.v / (1 - beta2**self.t)).sqrt() + group['eps'])


def walk(name, options, dtype):
    torch.set_default_dtype(dtype)  # of what the optimizers remember
    p = torch.tensor(START, requires_grad=True)
    optimizer = (NAdam if name == 'NAdam' else getattr(torch.optim, name))([p], **options)
    points = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        beale(p).backward()
        optimizer.step()
        points.append(p.detach().double().clone())
    return torch.stack(points)


def run(name, options):
    exact, rounded = (walk(name, options, dtype) for dtype in (torch.float64, torch.float32))
    both = exact.isfinite() & rounded.isfinite()
    drift = ((exact - rounded).abs()[both].max() / exact[both].abs().max()).item()
    points = [[i, *numbers(exact[i - 1])] for i in range(1, STEPS + 1) if i <= 5 or i % 10 == 0]
    return {'optimizer': name, 'options': camel(options), 'drift': float(f'{drift:.1g}'), 'points': points}


def main():
    save('optimizers', function='beale', start=list(START), runs=[run(*r) for r in RUNS])
    torch.set_default_dtype(torch.float32)


if __name__ == '__main__':
    main()
