"""Padding, windows as columns, upsampling and shuffles, adaptive pools of volumes."""

from cases import F, call, case, mixed, nn, torch
from common import save


class Pad(nn.Module):
    def __init__(self, padding, mode, value=0):
        super().__init__()
        self.padding, self.mode, self.value = padding, mode, value

    def forward(self, x):
        return F.pad(x, self.padding, mode=self.mode, value=self.value)


SHAPES = {1: ([2, 2, 3], [2, 3]), 2: ([1, 2, 3, 3], [2, 3, 3]), 3: ([1, 1, 2, 3, 2], [1, 2, 3, 2])}
PADS = {1: (1, [2, 1], [-1, 2]), 2: (1, [1, 2, 0, 1], [1, -1, 2, 0]), 3: (1, [1, 0, 2, 1, 0, 1])}


CROPPED = (([2, 1, 3], [-1, 1]), ([1, 2, 4, 3], [1, 0, 2, -1]), ([1, 1, 2, 3], [2, -1, -1, 0]))


def spread(padding, rank):
    return [padding] * (2 * rank) if isinstance(padding, int) else padding


def pads():
    cases = []
    for rank, shapes in SHAPES.items():
        for i, padding in enumerate(PADS[rank]):
            shape, own = shapes[i % 2], spread(padding, rank)
            cases.append(case(f'ConstantPad{rank}d', [padding, 1.5], {}, [shape], module=Pad(own, 'constant', 1.5)))
            cases.append(case(f'ZeroPad{rank}d', [padding], {}, [shape], module=Pad(own, 'constant')))
            if min(own) < 0:
                continue
            cases.append(case(f'ReplicationPad{rank}d', [padding], {}, [shape], module=Pad(own, 'replicate')))
            if all(p < s for p, s in zip(own, [s for s in reversed(shape) for _ in range(2)])):
                cases.append(case(f'ReflectionPad{rank}d', [padding], {}, [shape], module=Pad(own, 'reflect')))
            if len(shape) == rank + 2:
                cases.append(case(f'CircularPad{rank}d', [padding], {}, [shape], module=Pad(own, 'circular')))
    cases += [case(f'CircularPad{len(padding) // 2}d', [padding], {}, [shape], module=Pad(padding, 'circular')) for shape, padding in CROPPED]
    return cases


UPSAMPLE = [
    ([1, 2, 3], {'scale_factor': 2}), ([1, 1, 5], {'size': 3}), ([1, 1, 4], {'scale_factor': 1.3}), ([1, 1, 3, 2], {'scale_factor': [2, 1.5]}), ([1, 1, 2, 2, 3], {'size': [3, 1, 5]}),
    ([1, 1, 5], {'size': 7, 'mode': 'nearest-exact'}), ([1, 1, 4, 5], {'scale_factor': 0.6, 'mode': 'nearest-exact'}),
    ([2, 1, 4], {'size': 7, 'mode': 'linear'}), ([1, 1, 4], {'size': 7, 'mode': 'linear', 'align_corners': True}), ([1, 1, 4], {'size': 1, 'mode': 'linear', 'align_corners': True}),
    ([1, 1, 5], {'scale_factor': 0.7, 'mode': 'linear'}), ([1, 1, 5], {'scale_factor': 0.7, 'mode': 'linear', 'recompute_scale_factor': True}),
    ([1, 2, 3, 3], {'scale_factor': 2, 'mode': 'bilinear'}), ([1, 1, 3, 4], {'size': [5, 2], 'mode': 'bilinear', 'align_corners': True}),
    ([1, 1, 2, 3, 2], {'size': 4, 'mode': 'trilinear'}), ([1, 1, 2, 2, 3], {'scale_factor': 2, 'mode': 'trilinear', 'align_corners': True}),
    ([1, 1, 4, 3], {'scale_factor': 2, 'mode': 'bicubic'}), ([1, 1, 4, 5], {'size': [3, 7], 'mode': 'bicubic', 'align_corners': True}),
    ([1, 1, 5, 4], {'size': [3, 6], 'mode': 'area'}), ([1, 2, 4], {'size': 2, 'mode': 'area'}),
    ([1, 1, 6, 5], {'size': [3, 2], 'mode': 'bilinear', 'antialias': True}), ([1, 1, 3, 3], {'size': 5, 'mode': 'bilinear', 'antialias': True}),
    ([1, 1, 7, 6], {'size': [3, 2], 'mode': 'bicubic', 'antialias': True}), ([1, 1, 6, 7], {'size': [4, 3], 'mode': 'bilinear', 'antialias': True, 'align_corners': True}),
]


GRIDS = [
    ([2, 1, 2, 3], [2, 1, 3, 2], {'align_corners': False}), ([1, 2, 3, 3], [1, 2, 2, 2], {'align_corners': True, 'padding_mode': 'border'}), ([1, 1, 3, 4], [1, 2, 3, 2], {'align_corners': False, 'padding_mode': 'reflection'}),
    ([1, 1, 3, 4], [1, 2, 3, 2], {'mode': 'nearest', 'align_corners': False}), ([1, 1, 4, 4], [1, 1, 3, 2], {'mode': 'bicubic', 'align_corners': False}), ([1, 1, 2, 3], [1, 1, 3, 2], {'mode': 'bicubic', 'align_corners': True, 'padding_mode': 'reflection'}),
    ([1, 1, 2, 2, 3], [1, 1, 2, 1, 3], {'align_corners': False}), ([1, 1, 2, 1, 3], [1, 1, 2, 1, 3], {'mode': 'nearest', 'align_corners': True, 'padding_mode': 'border'}),
]


class Upsample(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.options = options

    def forward(self, x):
        return F.interpolate(x, **self.options)


class Shuffle(nn.Module):
    """PyTorch's own has no gradient in 1.13."""
    def forward(self, x):
        return x.unflatten(1, (2, x.shape[1] // 2)).transpose(1, 2).flatten(1, 2)


def main():
    cases = pads()
    cases += [case('Upsample', [], options, [shape], module=Upsample(options)) for shape, options in UPSAMPLE]
    cases += [case('UpsamplingNearest2d', [], {'scale_factor': 2}, [[1, 1, 2, 2]]), case('UpsamplingBilinear2d', [], {'size': [3, 4]}, [[1, 1, 2, 3]])]
    cases += [case('PixelShuffle', [2], {}, [shape]) for shape in ([2, 4, 1, 2], [8, 2, 1], [1, 2, 4, 1, 1])]
    cases += [case('PixelUnshuffle', [2], {}, [shape]) for shape in ([2, 1, 2, 4], [2, 4, 2])]
    cases += [case('ChannelShuffle', [2], {}, [shape], module=Shuffle()) for shape in ([1, 4, 2, 2], [2, 6, 1])]
    cases += [case('Unfold', [kernel], options, [shape]) for kernel, options, shape in (
        (2, {}, [1, 2, 3, 3]), ([2, 3], {'stride': 2, 'padding': 1}, [2, 1, 4, 3]), (2, {'dilation': 2, 'padding': [0, 1], 'stride': [1, 2]}, [1, 1, 4, 5]), (1, {}, [2, 2, 2]))]
    cases += [case('Fold', [size, kernel], options, [shape]) for size, kernel, options, shape in (
        ([3, 3], 2, {}, [1, 8, 4]), ([4, 3], [2, 3], {'stride': 2, 'padding': 1}, [2, 6, 6]), ([4, 5], 2, {'dilation': 2, 'padding': [0, 1], 'stride': [1, 2]}, [1, 4, 6]), ([2, 2], 1, {}, [2, 4]))]
    cases += [case(f'Adaptive{kind}Pool3d', [size], {}, [shape]) for kind in ('Avg', 'Max') for size, shape in (([2, 1, 2], [1, 2, 3, 2, 3]), (2, [1, 4, 2, 3]))]
    cases += [case(f'AdaptiveAvgPool2d', [size], {}, [shape]) for size, shape in ((1, [2, 2, 3, 2]), ([2, 4], [1, 1, 4, 4]), ([3, 2], [1, 1, 5, 4]))]
    cases += [call('pad', F.pad, [[1, 2]], {'mode': 'reflect'}, [[2, 3]]), call('pad', F.pad, [[1, 0, 0, 2]], {'value': -1.0}, [[2, 3]])]
    cases += [call('gridSample', F.grid_sample, [], options, [shape, mixed(grid, 9) * 0.75 + 0.01]) for shape, grid, options in GRIDS]
    cases += [call('affineGrid', F.affine_grid, [size], options, [theta]) for theta, size, options in (
        ([2, 2, 3], [2, 1, 2, 3], {'align_corners': False}), ([1, 2, 3], [1, 1, 3, 1], {'align_corners': True}), ([1, 3, 4], [1, 1, 2, 1, 3], {'align_corners': False}))]
    save('arranging_layers', cases=cases)


if __name__ == '__main__':
    main()
