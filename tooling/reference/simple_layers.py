"""Norms by group, instance, root mean square and neighbours; Bilinear, Unflatten."""

from cases import case, nn, torch
from common import save


class RMSNorm(nn.Module):
    """Newer than PyTorch 1.13."""
    def __init__(self, shape, eps=2.0 ** -52, affine=True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape)) if affine else None
        self.axes, self.eps = tuple(range(-len(shape), 0)), eps

    def forward(self, x):
        y = x * torch.rsqrt(x.square().mean(self.axes, keepdim=True) + self.eps)
        return y if self.weight is None else y * self.weight


GROUPS = [([2, 4], {}, [2, 4, 3]), ([1, 4], {'eps': 0.1}, [2, 4]), ([4, 4], {'affine': False}, [2, 4, 2, 2]), ([3, 6], {}, [1, 6, 2, 1, 2]), ([2, 4], {}, [0, 4, 3])]
TRACKED = {'track_running_stats': True, 'affine': True}
INSTANCES = [
    ('1d', {}, [2, 3, 4]), ('1d', {'affine': True}, [3, 4]), ('1d', TRACKED, [2, 3, 4]), ('2d', {'eps': 0.1}, [2, 3, 2, 2]),
    ('2d', {**TRACKED, 'momentum': 0.5}, [3, 2, 3]), ('3d', {**TRACKED, 'affine': False}, [2, 3, 1, 2, 2]),
]


def main():
    cases = [case('GroupNorm', args, options, [shape]) for args, options, shape in GROUPS]
    for rank, options, shape in INSTANCES:
        for training in True, False:
            cases.append(case(f'InstanceNorm{rank}', [3], options, [shape], training=training, calls=2))
    cases += [case('RMSNorm', [[4]], {}, [[2, 4]], module=RMSNorm([4])), case('RMSNorm', [[3, 2]], {'eps': 0.01}, [[2, 3, 2]], module=RMSNorm([3, 2], 0.01)),
              case('RMSNorm', [[4]], {'elementwise_affine': False, 'eps': 0.1}, [[4]], module=RMSNorm([4], 0.1, False))]
    cases += [case('LocalResponseNorm', [size], options, [shape]) for size, options, shape in (
        (2, {}, [2, 4, 3]), (3, {'alpha': 0.5, 'beta': 0.4, 'k': 2}, [1, 4, 2, 2]), (5, {'alpha': 1.0}, [2, 3, 2]), (1, {'alpha': 1.0}, [1, 2, 2]))]
    cases += [case('Bilinear', [3, 4, 2], {}, [[5, 3], [5, 4]]), case('Bilinear', [2, 1, 3], {'bias': False}, [[2], [1]]), case('Bilinear', [2, 3, 2], {}, [[2, 2, 2], [2, 2, 3]])]
    cases += [case('Unflatten', [1, [2, 3]], {}, [[2, 6]]), case('Unflatten', [-1, [2, -1]], {}, [[6]])]
    cases += [case('Identity', [], {}, [[2]]), case('CosineSimilarity', [], {}, [[2, 3], [2, 3]])]
    save('simple_layers', cases=cases)


if __name__ == '__main__':
    main()
