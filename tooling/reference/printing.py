"""How PyTorch prints, at the edges of its rules."""

import torch

from common import save, tensor

INF, NAN = float('inf'), float('nan')
VECTORS = [
    [0., 1000.5], [1e-3, 1.], [1e-3, 1.5], [1234567., 1.], [123456.5, 1.], [1e8, 1.], [0.00005, 1.], [0.5, 1001.], [1.5, NAN, INF], [NAN], [1e10, INF], [-1., 2.], [99999999.], [100000000.],
    [0.1, 99.], [0.1, 100.1], [0.1, 1000.1], [0.03125, 1.09375], [1.03125, 1e-5], [-0.03125, 2.], [0., -0.], [0., 0.], [INF, -INF, 0.], [-1e-5, 1e-5], [1., 1000.], [1., 1001.], [-0.5, INF],
    [1e-5], [3e38, 1.], [2.5, 1e4],
]


def main():
    tensors = [torch.tensor(v) for v in VECTORS]
    tensors += [torch.tensor(v) for v in (1e-7, 12345678.5, 150000., INF, -3.25, 0., 5, True)]
    tensors += [
        torch.arange(30) * 1.5 - 20, torch.arange(100), torch.arange(24).reshape(2, 3, 4), torch.zeros(0, 3), torch.zeros(0), torch.arange(2000).reshape(40, 50), torch.arange(1001) / 7,
        torch.zeros(2, 2, 2, 2), torch.tensor([True] * 30), torch.tensor([1, -200000]), torch.arange(90).reshape(3, 30) / 8, torch.arange(1200).reshape(3, 4, 100), torch.arange(-600, 601),
    ]
    save('printing', cases=[{'input': tensor(x), 'text': repr(x).replace('True', 'true').replace('False', 'false')} for x in tensors])


if __name__ == '__main__':
    main()
