/** Images and volumes read at any places: by a grid of coordinates, and grids of affine maps. */
import { fail, fuse, isFloat, quietly, type Scalar, scope, show, sizeOf, type Tensor, tensor } from '@nn/tensor';

/** `alignCorners`: whether -1 and 1 are the middles of corner elements instead of the edges. Default false. */
export interface AffineGridOptions { readonly alignCorners?: boolean }
/** What {@link gridSample} takes. */
export interface GridSampleOptions extends AffineGridOptions {
  /** Default `bilinear`, for volumes along three axes. `bicubic` is for images. */
  readonly mode?: 'bilinear' | 'nearest' | 'bicubic';
  /** What is read outside: 0 (the default), the nearest element, or the mirror image. */
  readonly paddingMode?: 'zeros' | 'border' | 'reflection';
}

/** Elements on one axis, [N, places], which may lie outside, and their share. */
interface Tap { readonly at: Tensor; readonly weight: Tensor | 1 }

const onEdges = fuse((x: Scalar, size: Scalar) => x.add(1).mul(size).sub(1).div(2));
const onMiddles = fuse((x: Scalar, size: Scalar) => x.add(1).div(2).mul(size.sub(1)));
/** Within 0 and size - 1; no slope from the ends on. */
const clipped = fuse((x: Scalar, size: Scalar) => x.maskedFill(x.le(0), 0).where(x.lt(size.sub(1)), size.sub(1).where(x.gt(0), 0)));
/** Mirrored at `low` and `low + span`. */
const mirrored = fuse((x: Scalar, low: Scalar, span: Scalar) => {
  const way = x.sub(low).abs();
  const turns = way.div(span).floor();
  const rest = way.sub(turns.mul(span));
  return rest.where(turns.remainder(2).eq(0), span.sub(rest)).add(low);
});
const share = fuse((x: Scalar, low: Scalar) => x.sub(low));
/** Keys' cubic (a = -0.75) at distance `x` below 1, and from 1 to 2. */
const near = fuse((x: Scalar) => x.mul(1.25).sub(2.25).mul(x).mul(x).add(1));
const far = fuse((x: Scalar) => x.sub(5).mul(x).add(8).mul(x).sub(4).mul(-0.75));
const inside = fuse((x: Scalar, size: Scalar) => x.ge(0).logicalAnd(x.lt(size)));
const placed = fuse((x: Scalar, size: Scalar, width: Scalar) => x.minimum(size.sub(1)).maximum(0).mul(width).cast('int32'));
const added = fuse((sum: Scalar, value: Scalar, weight: Scalar, counts: Scalar) => sum.add(value.mul(weight).where(counts, 0)));

function bounded(x: Tensor, size: number, { paddingMode = 'zeros', alignCorners = false }: GridSampleOptions): Tensor {
  if (paddingMode === 'zeros') return x;
  if (paddingMode === 'border') return clipped(x, size);
  const [low, span] = alignCorners ? [0, size - 1] : [-0.5, size];
  return span === 0 ? x.mul(0) : clipped(mirrored(x, low, span), size);
}

function tapsOf(grid: Tensor, size: number, options: GridSampleOptions): Tap[] {
  const { mode = 'bilinear', alignCorners = false } = options;
  const place = (alignCorners ? onMiddles : onEdges)(grid, size);
  if (mode === 'bicubic') {
    const low = quietly(() => place.floor());
    const t = share(place, low);
    const shares = [far(t.add(1)), near(t), near(t.rsub(1)), far(t.rsub(2))];
    return shares.map((weight, i) => ({ at: quietly(() => bounded(low.add(i - 1), size, options)), weight }));
  }
  const at = bounded(place, size, options);
  if (mode === 'nearest') return [{ at: quietly(() => at.round()), weight: 1 }];
  const low = quietly(() => at.floor());
  const t = share(at, low);
  return [{ at: low, weight: t.rsub(1) }, { at: quietly(() => low.add(1)), weight: t }];
}

/**
 * Reads an image or a volume at the places that a grid names, between its elements by interpolation. Gradients flow to both.
 *
 * Source: Jaderberg et al. 2015, Spatial transformer networks; https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
 *
 * @param x floats, [N, C, H, W] or [N, C, D, H, W]
 * @param grid [N, ...places, 2] or [N, ...places, 3], as many places' axes as spatial ones: (x, y) or (x, y, z), -1 to 1 from edge to edge
 * @returns [N, C, ...places]
 * @throws where shapes or options do not fit
 * @example
 * gridSample(tensor([[[[1, 2], [3, 4]]]]), tensor([[[[0, 0], [-0.5, -0.5]]]])); // [[[[2.5, 1]]]]
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = 'bilinear', paddingMode = 'zeros' } = options;
  const rank = x.ndim - 2;
  if ((rank !== 2 && rank !== 3) || !isFloat(x.dtype)) fail('gridSample', `the input is ${x.dtype} ${show(x.shape)}`, 'Give floats, [N, C, H, W] or [N, C, D, H, W].');
  if (grid.ndim !== x.ndim || grid.shape[0] !== x.shape[0] || grid.shape.at(-1) !== rank) fail('gridSample', `the input is ${show(x.shape)}, the grid ${show(grid.shape)}`, `Give a grid of [${x.shape[0]}, ${'places, '.repeat(rank)}${rank}].`);
  if (!['bilinear', 'nearest', 'bicubic'].includes(mode) || (mode === 'bicubic' && rank === 3)) fail('gridSample', `mode '${mode}' of ${show(x.shape)}`, `Use 'bilinear'${rank === 2 ? ", 'bicubic'" : ''} or 'nearest'.`);
  if (!['zeros', 'border', 'reflection'].includes(paddingMode)) fail('gridSample', `paddingMode is '${paddingMode}'`, "Use 'zeros', 'border' or 'reflection'.");
  const size = x.shape.slice(2);
  if (size.some((own) => own < 1)) fail('gridSample', `the input is ${show(x.shape)}`, 'Spatial sizes must be 1 or more.');
  return scope(() => {
    const places = grid.shape.slice(1, -1);
    const [n, channels] = x.shape as [number, number];
    const shape = [n, channels, sizeOf(places)];
    const flat = x.flatten(2);
    // The last coordinate belongs to the first spatial axis.
    const taps = size.map((own, i) => tapsOf(grid.narrow(-1, rank - 1 - i, 1).reshape(n, sizeOf(places)), own, options));
    const corners = taps.reduce<Tap[][]>((all, own) => all.flatMap((corner) => own.map((tap) => [...corner, tap])), [[]]);
    let sum = x.newFull(shape, 0);
    for (const corner of corners) {
      const { index, counts } = quietly(() => ({
        index: corner.map(({ at }, i) => placed(at, size[i]!, sizeOf(size.slice(i + 1)))).reduce((a, b) => a.add(b)),
        counts: corner.map(({ at }, i) => inside(at, size[i]!)).reduce((a, b) => a.logicalAnd(b)).unsqueeze(1),
      }));
      const weight = corner.map((tap) => tap.weight).reduce<Tensor | 1>((a, b) => (a === 1 ? b : b === 1 ? a : a.mul(b)), 1);
      sum = added(sum, flat.gather(2, index.unsqueeze(1).expand(shape)), weight === 1 ? 1 : weight.unsqueeze(1), counts);
    }
    return sum.reshape(n, channels, ...places);
  }, 'gridSample');
}

/**
 * The grid by which {@link gridSample} shows what an affine map of the result's coordinates shows.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
 *
 * @param theta [N, 2, 3] or [N, 3, 4]
 * @param size of the result: [N, C, H, W] or [N, C, D, H, W]
 * @returns [N, H, W, 2] or [N, D, H, W, 3]
 * @throws where these do not fit together
 * @example
 * affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]]), [1, 1, 1, 2]); // [[[[-0.5, 0], [0.5, 0]]]]
 */
export function affineGrid(theta: Tensor, size: readonly number[], { alignCorners = false }: AffineGridOptions = {}): Tensor {
  const rank = size.length - 2;
  if ((rank !== 2 && rank !== 3) || !isFloat(theta.dtype) || show(theta.shape) !== show([size[0]!, rank, rank + 1])) {
    fail('affineGrid', `theta is ${theta.dtype} ${show(theta.shape)}, the size ${show(size)}`, 'Give floats, [N, 2, 3] for [N, C, H, W] or [N, 3, 4] for [N, C, D, H, W].');
  }
  const spatial = size.slice(2);
  if (spatial.some((own) => !(own > 0))) fail('affineGrid', `the size is ${show(size)}`, 'Spatial sizes must be 1 or more.');
  return scope(() => {
    const along = (at: number, count: number): number => (alignCorners ? (count > 1 ? (2 * at) / (count - 1) - 1 : 0) : (2 * at + 1) / count - 1);
    const points = Array.from({ length: sizeOf(spatial) }, (_, flat) => {
      const coordinates = spatial.map((count, i) => along(Math.floor(flat / sizeOf(spatial.slice(i + 1))) % count, count));
      return [...coordinates.reverse(), 1];
    });
    const base = tensor(points.flat(), { shape: [points.length, rank + 1], dtype: theta.dtype, device: theta.device });
    return base.matmul(theta.transpose(1, 2)).reshape(size[0]!, ...spatial, rank);
  }, 'affineGrid');
}
