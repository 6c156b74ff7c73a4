"""40 steps of a small MLP on the embedded digits with each optimizer: the losses and where the parameters end.

The model is Linear(64, 32), ReLU, Linear(32, 16), ReLU, Linear(16, 10), the loss CrossEntropyLoss(label_smoothing=0.01),
the input pixels / 16. `batches` holds row indices of `digits()`. Everything runs in float32; `drift` is the largest
relative difference of a loss from the same run in float64, a measure of what rounding alone does.
"""

import torch
from torch import nn

from common import digits, number, numbers, save, tensor

STEPS, BATCH, SEED = 40, 16, 0

RUNS = [
    ('SGD', {'lr': 0.1}),
    ('SGD', {'lr': 0.05, 'momentum': 0.9}),
    ('SGD', {'lr': 0.05, 'momentum': 0.9, 'nesterov': True}),
    ('SGD', {'lr': 0.05, 'momentum': 0.9, 'weight_decay': 0.01}),
    ('RMSprop', {'lr': 0.001}),
    ('RMSprop', {'lr': 0.001, 'momentum': 0.9, 'centered': True}),
    ('Adam', {'lr': 0.001}),
    ('Adam', {'lr': 0.001, 'weight_decay': 0.01}),
]


def model(dtype=torch.float32):
    torch.manual_seed(SEED)
    layers = nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10)
    return nn.Sequential(*layers).to(dtype)


def train(name, options, batches, dtype):
    images, labels = digits()
    images = (images / 16).to(dtype)
    net = model(dtype)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.01)
    optimizer = getattr(torch.optim, name)(net.parameters(), **options)
    losses = []
    for rows in batches:
        loss = criterion(net(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, net


def summary(p):
    """Two sums over all elements, taken in float64, and the elements 0, 7, 14, 21, 28."""
    wide = p.detach().double()
    return {'sum': number(wide.sum().item()), 'sumOfSquares': number(wide.square().sum().item()),
            'values': numbers(p.detach().reshape(-1)[0:35:7])}


def camel(options):
    parts = {key: key.split('_') for key in options}
    return {first + ''.join(p.title() for p in rest): options[key] for key, (first, *rest) in parts.items()}


def main():
    order = torch.randperm(STEPS * BATCH, generator=torch.Generator().manual_seed(SEED))
    batches = order.reshape(STEPS, BATCH).tolist()
    runs = []
    for name, options in RUNS:
        losses, net = train(name, options, batches, torch.float32)
        exact, _ = train(name, options, batches, torch.float64)
        drift = max(abs(a - b) / b for a, b in zip(losses, exact))
        print(f'{name} {options}: {losses[0]:.4f} -> {losses[-1]:.4f}, drift {drift:.1e}')
        runs.append({'optimizer': name, 'options': camel(options), 'drift': float(f'{drift:.2g}'),
                     'losses': [number(loss, 9) for loss in losses],
                     'final': {key: summary(p) for key, p in net.named_parameters()}})
    save('training', pixelScale=16, labelSmoothing=0.01, batches=batches,
         parameters={key: tensor(p) for key, p in model().named_parameters()}, runs=runs)


if __name__ == '__main__':
    main()
