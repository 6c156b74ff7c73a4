"""All activations, as layers: values and gradients on usual, boundary and extreme inputs."""

from cases import case, nn, torch
from common import save

POINTS = torch.tensor([-1000, -88, -20.5, -6, -3.5, -3, -2, -1, -0.5, -0.25, -1e-4, 0, 1e-4, 0.25, 0.5, 1, 2, 3, 3.5, 6, 6.5, 20.5, 88, 1000])

PLAIN = [
    ('ReLU', [], {}), ('LeakyReLU', [], {}), ('LeakyReLU', [0.2], {}), ('Sigmoid', [], {}), ('Tanh', [], {}),
    ('ELU', [], {}), ('ELU', [1.5], {}), ('SELU', [], {}), ('CELU', [], {}), ('CELU', [2], {}),
    ('GELU', [], {}), ('GELU', [], {'approximate': 'tanh'}), ('SiLU', [], {}), ('Mish', [], {}),
    ('Softplus', [], {}), ('Softplus', [2, 5], {}), ('LogSigmoid', [], {}), ('Softsign', [], {}),
    ('Hardtanh', [], {}), ('Hardtanh', [-2, 0.5], {}), ('ReLU6', [], {}), ('Hardswish', [], {}),
    ('Threshold', [0.25, -7], {}), ('Softshrink', [], {}), ('Softshrink', [1], {}), ('Hardshrink', [], {}), ('Hardshrink', [1], {}), ('Tanhshrink', [], {}),
]


class Hardsigmoid(nn.Module):
    """PyTorch's own has 1/6 in float32 in its gradient."""
    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


def main():
    cases = [case(name, args, options, [POINTS]) for name, args, options in PLAIN]
    cases.append(case('Hardsigmoid', [], {}, [POINTS], module=Hardsigmoid()))
    cases += [case(name, [dim], {}, [shape]) for name in ('Softmax', 'LogSoftmax', 'Softmin')
              for dim, shape in ((0, [3]), (1, [2, 3]), (-1, [2, 2, 3]), (1, [2, 3, 2]), (0, []))]
    cases += [case('Softmax2d', [], {}, [shape]) for shape in ([2, 3, 2, 2], [3, 2, 2])]
    cases += [case('GLU', args, {}, [shape]) for args, shape in (([], [2, 4]), ([1], [2, 6, 3]), ([0], [4]))]
    cases += [case('PReLU', args, {}, [shape]) for args, shape in (([1], [5]), ([3], [2, 3]), ([3], [2, 3, 2, 2]), ([1], [2, 3]))]
    cases += [case('RReLU', [], {}, [[6]], training=False), case('RReLU', [0.1, 0.5], {}, [[6]], training=False)]
    save('activations', cases=cases)


if __name__ == '__main__':
    main()
