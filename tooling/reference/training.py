"""40 steps of a small MLP on the embedded digits with each optimizer: the losses and where the parameters end.

The model is Linear(64, 32), ReLU, Linear(32, 16), ReLU, Linear(16, 10), with `norm` BatchNorm1d before each ReLU; the loss CrossEntropyLoss(label_smoothing=0.01),
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
NORM_RUNS = [('RMSprop', {'lr': 0.001}), ('SGD', {'lr': 0.1, 'momentum': 0.9})]


def model(dtype=torch.float32, norm=False):
    torch.manual_seed(SEED)
    layers = [nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10)]
    if norm:
        layers = layers[:1] + [nn.BatchNorm1d(32)] + layers[1:3] + [nn.BatchNorm1d(16)] + layers[3:]
    return nn.Sequential(*layers).to(dtype)


def train(name, options, batches, dtype, norm=False):
    images, labels = digits()
    images = (images / 16).to(dtype)
    net = model(dtype, norm)
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
    for norm, name, options in [(False, *run) for run in RUNS] + [(True, *run) for run in NORM_RUNS]:
        losses, net = train(name, options, batches, torch.float32, norm)
        exact, _ = train(name, options, batches, torch.float64, norm)
        drift = max(abs(a - b) / b for a, b in zip(losses, exact))
        print(f'{name} {options}{" norm" if norm else ""}: {losses[0]:.4f} -> {losses[-1]:.4f}, drift {drift:.1e}')
        runs.append({'optimizer': name, 'options': camel(options), 'norm': norm, 'drift': float(f'{drift:.2g}'),
                     'losses': [number(loss, 9) for loss in losses],
                     'final': {key: summary(p) for key, p in net.state_dict().items() if p.ndim}})
    save('training', pixelScale=16, labelSmoothing=0.01, batches=batches,
         parameters={key: tensor(p) for key, p in model().named_parameters()}, runs=runs)


if __name__ == '__main__':
    main()
