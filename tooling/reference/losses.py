"""CrossEntropyLoss and MSELoss over their options: values and input gradients, in float64.

`upstream` is the gradient that the loss received (for reduction 'none'; otherwise 1).
"""

import torch
from torch import nn

from common import grid, numbers, save, tensor
from training import camel

G = torch.Generator().manual_seed(1)
WEIGHT = torch.tensor([1.0, 0.5, 2.0, 0.25, 3.0], dtype=torch.float64)


def case(name, loss, options, x, target):
    x = x.clone().requires_grad_()
    y = loss(x, target)
    upstream = torch.ones_like(y) if y.dim() == 0 else grid(*y.shape, generator=G)
    y.backward(upstream)
    options = {k: numbers(v) if torch.is_tensor(v) else v for k, v in camel(options).items()}
    entry = {'name': name, 'options': options, 'input': tensor(x), 'target': tensor(target), 'output': tensor(y)}
    if y.dim() > 0:
        entry['upstream'] = tensor(upstream)
    return {**entry, 'gradient': numbers(x.grad)}


def cross_entropy():
    logits = grid(6, 5, generator=G, scale=2)
    labels = torch.tensor([0, 4, 2, 1, 3, 2])
    some = torch.tensor([0, -100, 2, -100, 3, 2])
    probabilities = torch.softmax(grid(6, 5, generator=G), 1)
    image, image_labels = grid(2, 5, 3, generator=G), torch.tensor([[0, 1, 2], [3, 4, 0]])
    plane, plane_labels = grid(2, 3, 2, 2, generator=G), torch.tensor([[[0, 1], [2, 2]], [[1, 0], [-100, 1]]])
    extreme = torch.tensor([[1e4, -1e4, 0, 0, 0], [-1e4, 1e4, 1e4, 0, 1], [1e4, 1e4, 1e4, 1e4, 1e4]], dtype=torch.float64)
    inputs = {
        'labels': (logits, labels),
        'some ignored': (logits, some),
        'all ignored': (logits, torch.full((6,), -100)),
        'unbatched': (logits[0], labels[0]),
        'extra dimension': (image, image_labels),
        'two extra dimensions': (plane, plane_labels),
        'extreme logits': (extreme, torch.tensor([1, 1, 4])),
        'probabilities': (logits, probabilities),
        'probabilities, unbatched': (logits[1], probabilities[1]),
        'probabilities, extra dimension': (image, torch.softmax(grid(2, 5, 3, generator=G), 1)),
        'probabilities that sum to less than 1': (logits, probabilities / 2),
    }
    cases = []
    for label, (x, target) in inputs.items():
        classes = x.shape[min(1, x.dim() - 1)]
        for reduction in 'mean', 'sum', 'none':
            for smoothing in 0.0, 0.1:
                for weight in None, WEIGHT[:classes]:
                    options = {'reduction': reduction}
                    if smoothing:
                        options['label_smoothing'] = smoothing
                    if weight is not None:
                        options['weight'] = weight
                    cases.append(case(label, nn.CrossEntropyLoss(**options), options, x, target))
    options = {'ignore_index': 2}
    cases.append(case('another ignoreIndex', nn.CrossEntropyLoss(**options), options, logits, labels))
    options = {'ignore_index': 2, 'label_smoothing': 0.01, 'weight': WEIGHT}
    cases.append(case('another ignoreIndex', nn.CrossEntropyLoss(**options), options, logits, labels))
    options = {'label_smoothing': 1.0}
    cases.append(case('smoothed entirely', nn.CrossEntropyLoss(**options), options, logits, labels))
    return cases


def mse():
    a, b = grid(3, 4, generator=G), grid(3, 4, generator=G)
    scalar = grid(generator=G), grid(generator=G)
    cases = []
    for reduction in 'mean', 'sum', 'none':
        options = {'reduction': reduction}
        cases.append(case('matrix', nn.MSELoss(**options), options, a, b))
        cases.append(case('scalar', nn.MSELoss(**options), options, *scalar))
    return cases


def main():
    save('losses', crossEntropy=cross_entropy(), mse=mse())


if __name__ == '__main__':
    main()
