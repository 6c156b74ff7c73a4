"""BatchNorm1d, 2d and 3d in float64: outputs, gradients and running statistics after two batches, and the output in evaluation."""

import torch
from torch import nn

from common import save, tensor

CASES = [
    (nn.BatchNorm1d, (5, 3), {}),
    (nn.BatchNorm1d, (4, 3, 2), {'momentum': 0.3, 'eps': 1e-3}),
    (nn.BatchNorm1d, (5, 3), {'momentum': None}),
    (nn.BatchNorm1d, (5, 3), {'affine': False}),
    (nn.BatchNorm1d, (5, 3), {'track_running_stats': False}),
    (nn.BatchNorm2d, (2, 3, 2, 2), {}),
    (nn.BatchNorm2d, (1, 3, 2, 2), {'affine': False, 'track_running_stats': False}),
    (nn.BatchNorm3d, (2, 2, 1, 2, 2), {'momentum': 0.5}),
]


def camel(options):
    return {'trackRunningStats' if key == 'track_running_stats' else key: value for key, value in options.items()}


def main():
    torch.manual_seed(0)
    cases = []
    for kind, shape, options in CASES:
        layer = kind(shape[1], **options).double()
        if layer.affine:
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -1, 1)
        initial = {key: tensor(p.clone()) for key, p in layer.named_parameters()}
        batches = []
        for _ in range(2):
            x = (torch.randn(shape).double() * 2 + 1).requires_grad_()
            g = torch.randn(shape).double()
            layer.zero_grad()
            y = layer(x)
            y.backward(g)
            batches.append({'input': tensor(x), 'gradient': tensor(g), 'output': tensor(y), 'inputGradient': tensor(x.grad),
                            'gradients': {key: tensor(p.grad) for key, p in layer.named_parameters()}})
        state = {key: tensor(value) for key, value in layer.state_dict().items()}
        layer.eval()
        cases.append({'layer': kind.__name__, 'features': shape[1], 'options': camel(options), 'initial': initial, 'batches': batches, 'state': state,
                      'evaluated': tensor(layer(x))})
    save('norms', cases=cases)


if __name__ == '__main__':
    main()
