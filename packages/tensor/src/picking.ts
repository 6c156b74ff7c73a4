/** Index tensors in `at`, and updates that give a new tensor: everything is a gather, a scatterAdd or a selection, so gradients follow. */
import { isInteger } from './dtype.ts';
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse, fuseByAxis } from './fuse.ts';
import { all, at as ranged, checkIndices, type Index, type Range, scatterAdd, spread } from './indexing.ts';
import { handle } from './handle.ts';
import { toStorage } from './host.ts';
import { positions } from './positions.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import { broadcastShapes, normalizeAxis, type Shape, sizeOf, stridesOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

const wrapped = fuse((index: Scalar, size: Scalar) => index.add(size).where(index.lt(0), index));

/** Index tensors of some axes as one index into these axes flattened, checked, negative ones counted from the end. */
function flatIndex(operation: string, indices: readonly Tensor[], sizes: Shape): Tensor {
  const shape = broadcastShapes(operation, ...indices.map((index) => index.shape));
  return quietly(() => {
    const parts = indices.map((index, i) => {
      const places = wrapped(index.cast('int32'), sizes[i]!);
      checkIndices(operation, places, sizes[i]!);
      return places.mul(sizeOf(sizes.slice(i + 1)));
    });
    return parts.reduce((a, b) => a.add(b)).expand(shape).reshape(-1);
  }, operation);
}

/** A mask as one index tensor for each of its axes. How many elements it picks depends on its values, so they are read. */
function placesOf(mask: Tensor, masked: Shape): Tensor[] {
  if (mask.shape.some((size, axis) => size !== masked[axis])) fail('at', `the mask is ${show(mask.shape)}, the axes that it stands for ${show(masked.slice(0, mask.shape.length))}`, 'They must be equal.');
  if (!mask.device.synchronous) {
    fail('at', 'the index is bool', `How many elements a mask picks depends on its values, and ${mask.device.name} has to be waited for: await x.maskedSelect(mask), or keep the shape with maskedFill or where.`);
  }
  const own = mask.clone()[handle];
  const strides = stridesOf(mask.shape);
  const places = [...mask.device.readSync(own.allocation.storage, own.layout.offset, mask.numel).entries()].filter(([, value]) => value !== 0).map(([place]) => place);
  return mask.shape.map((size, axis) => mask.made(toStorage(mask.device, 'int32', [places.length], places.map((place) => Math.floor(place / strides[axis]!) % size))));
}

/** What is left once masks, new axes and `'...'` are said in other ways. */
type Plain = number | Range | Tensor;
const isTensor = (index: Index): index is Tensor => typeof index === 'object' && index !== null && 'dtype' in index;
const isMask = (index: Index): index is Tensor => isTensor(index) && index.dtype === 'bool';

/** `x` with its new axes, and an index for each axis that is named. */
function plain(x: Tensor, indices: readonly Index[]): [Tensor, Plain[]] {
  const gaps = indices.filter((index) => index === '...').length;
  if (gaps > 1) fail('at', `'...' appears ${gaps} times`, 'Write it once at most.');
  const named = indices.reduce<number>((count, index) => count + (index === null || index === '...' ? 0 : isMask(index) ? index.shape.length : 1), 0);
  let y = x;
  let axis = 0;
  const list: Plain[] = [];
  for (const index of indices) {
    const own: Plain[] = index === null ? [all] : index === '...' ? Array<Range>(Math.max(0, x.shape.length - named)).fill(all) : isMask(index) ? placesOf(index, x.shape.slice(axis - (y.shape.length - x.shape.length))) : [index];
    if (index === null) y = y.unsqueeze(axis);
    list.push(...own);
    axis += own.length;
  }
  return [y, list];
}

/**
 * `x[i, j:k, index, ...]`: numbers drop their axis, ranges keep it, index tensors (int32, broadcast together) put their shape in its place.
 * Index tensors with a range between them put their shape in front, as in NumPy.
 */
export function at(x: Tensor, indices: readonly Index[]): Tensor {
  if (indices.some((index) => index === null || index === '...' || isMask(index))) return scope(() => at(...plain(x, indices)), 'at');
  const own = indices as readonly Plain[];
  const tensors = own.filter(isTensor);
  if (tensors.length === 0) return ranged(x, own as readonly (number | Range)[]);
  const wrong = tensors.find(({ dtype }) => !isInteger(dtype));
  if (wrong) fail('at', `the index is ${wrong.dtype}`, 'Cast it to int32.');
  return scope(() => {
    const rest = ranged(x, own.map((index) => (isTensor(index) ? all : index)));
    const left = own.filter((index) => typeof index !== 'number');
    const picked = left.flatMap((index, axis) => (isTensor(index) ? [axis] : []));
    const others = rest.shape.map((_, axis) => axis).filter((axis) => !picked.includes(axis));
    const sizes = picked.map((axis) => rest.shape[axis]!);
    const kept = others.map((axis) => rest.shape[axis]!);
    const flat = flatIndex('at', tensors, sizes);
    const table = rest.permute(...picked, ...others).reshape(sizeOf(sizes), sizeOf(kept));
    const shape = broadcastShapes('at', ...tensors.map((index) => index.shape));
    const rows = run('gather', [table, flat.unsqueeze(1).expand([flat.numel, sizeOf(kept)])], { axis: 0 })[0]!.reshape(...shape, ...kept);
    const together = picked.every((axis, i) => axis === picked[0]! + i);
    const front = together ? picked[0]! : 0;
    const picks = shape.map((_, i) => i);
    const tail = kept.map((_, i) => shape.length + i);
    return rows.permute(...tail.slice(0, front), ...picks, ...tail.slice(front));
  }, 'at');
}

const latest = fuseByAxis((axis) => (index: Scalar) => index.index(axis + 1).where(index.eq(index.index(axis)), -1));

/** Which place of the index names each of `size` elements of `axis` last: -1 where none does. */
function winners(index: Tensor, axis: number, size: number): Tensor {
  if (index.device.synchronous) return winnersOnHost(index, axis, size);
  const places = index.unsqueeze(axis);
  return latest(axis).reduce('max', axis + 1, places.expand(places.shape.map((own, i) => (i === axis ? size : own))));
}

/** The same in one pass, where the device's memory is the host's. */
function winnersOnHost(index: Tensor, axis: number, size: number): Tensor {
  const count = index.shape[axis]!;
  const inner = sizeOf(index.shape.slice(axis + 1));
  const source = index.clone()[handle];
  const places = index.device.readSync(source.allocation.storage, source.layout.offset, index.numel);
  const shape = index.shape.map((own, i) => (i === axis ? size : own));
  const latestPlace = new Int32Array(sizeOf(shape)).fill(-1);
  for (let i = 0; i < places.length; i++) {
    if (places[i]! < 0) continue;
    const [block, place] = [Math.floor(i / (inner * count)), Math.floor(i / inner) % count];
    latestPlace[(block * size + places[i]!) * inner + (i % inner)] = place;
  }
  return index.made(toStorage(index.device, 'int32', shape, latestPlace));
}

/**
 * `x`, with `out[index[i][j]][j] = source[i][j]` for axis 0; of duplicates the last one holds.
 * @param source a tensor at least as large as the index, or a number
 */
export function scatter(x: Tensor, axis: number, index: Tensor, source: Tensor | number): Tensor {
  const on = normalizeAxis('scatter', axis, x.shape.length);
  if (!isInteger(index.dtype)) fail('scatter', `the index is ${index.dtype}`, 'Cast it to int32.');
  const tooLarge = index.shape.length !== x.shape.length || index.shape.some((size, i) => (i !== on && size > x.shape[i]!) || (typeof source === 'object' && size > (source.shape[i] ?? 0)));
  if (tooLarge) fail('scatter', `the index ${show(index.shape)} does not fit ${show(x.shape)}${typeof source === 'object' ? ` and the source ${show(source.shape)}` : ''}`);
  checkIndices('scatter', index, x.shape[on]!);
  if (index.numel === 0) return x;
  return scope(() => {
    const missing = x.shape.flatMap((size, i) => (i === on ? [0, 0] : [size - index.shape[i]!, 0])).reverse();
    const winner = quietly(() => winners(index.cast('int32').add(1).pad(missing).sub(1), on, x.shape[on]!));
    const hit = quietly(() => winner.ge(0));
    if (typeof source === 'number') return x.maskedFill(hit, source).cast(x.dtype);
    const used = index.shape.reduce((y, size, i) => y.narrow(i, 0, size), source).pad(missing);
    return run('gather', [used, quietly(() => winner.maximum(0))], { axis: on })[0]!.cast(x.dtype).where(hit, x);
  }, 'scatter');
}

/** `x`, with slices of `source` added along `axis` where a 1-D index says, times `alpha`. */
export function indexAdd(x: Tensor, axis: number, index: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
  const on = normalizeAxis('indexAdd', axis, x.shape.length);
  if (index.shape.length !== 1) fail('indexAdd', `the index is ${show(index.shape)}`, 'It must have one axis.');
  return scope(() => scatterAdd(x, on, spread(index, x.shape, on), alpha === 1 ? source : source.mul(alpha)), 'indexAdd');
}

/** Elements of the flattened tensor, in the shape of the index; negative ones count from the end. */
export const take = (x: Tensor, index: Tensor): Tensor => scope(() => at(x.reshape(-1), [index]), 'take');

/**
 * `x`, with `x[indices[0], indices[1], ...]` set to `values` (broadcast); `accumulate` adds instead, and duplicates add up. Otherwise the last of duplicates holds.
 * @example
 * indexPut(zeros([3, 3]), [tensor([0, 1], { dtype: 'int32' }), tensor([2, 2], { dtype: 'int32' })], 5);
 */
export function indexPut(x: Tensor, indices: readonly Tensor[], values: Tensor | number, { accumulate = false }: { readonly accumulate?: boolean } = {}): Tensor {
  if (indices.length === 0 || indices.length > x.shape.length) fail('indexPut', `${indices.length} indices for ${show(x.shape)}`);
  if (indices.length === 1 && indices[0]!.dtype === 'bool') return putMasked(x, indices[0]!, values, accumulate);
  const wrong = indices.find(({ dtype }) => !isInteger(dtype));
  if (wrong) fail('indexPut', `an index is ${wrong.dtype}`, 'Cast it to int32; for a mask use maskedFill or where.');
  return scope(() => {
    const [sizes, rest] = [x.shape.slice(0, indices.length), x.shape.slice(indices.length)];
    const flat = flatIndex('indexPut', indices, sizes);
    const shape = broadcastShapes('indexPut', ...indices.map((index) => index.shape));
    const rows = x.reshape(sizeOf(sizes), sizeOf(rest));
    if (flat.numel === 0) return x;
    const source = (typeof values === 'number' ? x.newFull([], values) : values.cast(x.dtype)).expand([...shape, ...rest]).reshape(flat.numel, sizeOf(rest));
    if (accumulate) return scatterAdd(rows, 0, flat.unsqueeze(1).expand(source.shape), source).reshape(...x.shape);
    const winner = quietly(() => winners(flat, 0, sizeOf(sizes)).unsqueeze(1));
    const picked = run('gather', [source, quietly(() => winner.maximum(0)).expand(rows.shape)], { axis: 0 })[0]!;
    return picked.where(quietly(() => winner.ge(0)), rows).reshape(...x.shape);
  }, 'indexPut');
}

/** Where one value goes everywhere, no place has to be known. */
function putMasked(x: Tensor, mask: Tensor, values: Tensor | number, accumulate: boolean): Tensor {
  if (mask.shape.some((size, axis) => size !== x.shape[axis])) fail('indexPut', `the mask is ${show(mask.shape)}, the tensor ${show(x.shape)}`, 'A mask has the shape of the first axes.');
  if (typeof values !== 'number' && values.numel !== 1) fail('indexPut', `a mask and values of ${show(values.shape)}`, 'Give one value, or index tensors; to choose between two tensors use where.');
  return scope(() => {
    const where = mask.reshape(...mask.shape, ...x.shape.slice(mask.shape.length).map(() => 1));
    const value = typeof values === 'number' ? x.newFull([], values) : values.cast(x.dtype).reshape();
    return (accumulate ? x.add(value) : value).where(where, x);
  }, 'indexPut');
}

const onSteps = fuseByAxis((axis) => (x: Scalar, placed: Scalar, start: Scalar, stop: Scalar, step: Scalar) => {
  const place = x.index(axis);
  return placed.where(place.ge(start).logicalAnd(place.lt(stop)).logicalAnd(place.sub(start).remainder(step).eq(0)), x);
});

/** Which part of an axis `sliceScatter` writes: `start:end:step` with a positive step. */
export interface SliceOptions { readonly axis?: number; readonly start?: number; readonly end?: number; readonly step?: number }

/** `x`, with `x[start:end:step]` along `axis` set to `source`. */
export function sliceScatter(x: Tensor, source: Tensor, { axis = 0, start = 0, end = Infinity, step = 1 }: SliceOptions = {}): Tensor {
  const on = normalizeAxis('sliceScatter', axis, x.shape.length);
  const size = x.shape[on]!;
  const cut = (place: number) => Math.min(size, Math.max(0, place < 0 ? place + size : place));
  const [from, to] = [cut(start), Math.max(cut(start), cut(end))];
  const shape = x.shape.map((own, i) => (i === on ? Math.ceil((to - from) / step) : own));
  if (!(Number.isInteger(step) && step > 0)) fail('sliceScatter', `the step is ${step}`, 'Use a whole number from 1 on.');
  if (show(shape) !== show(source.shape)) fail('sliceScatter', `the source is ${show(source.shape)}, the part of ${show(x.shape)} is ${show(shape)}`);
  if (source.numel === 0) return x;
  return scope(() => {
    const wide = source.cast(x.dtype).unsqueeze(on + 1);
    const dilated = run('pad', [wide], { axis: on + 1, before: 0, after: step - 1 })[0]!.reshape(...shape.map((own, i) => (i === on ? own * step : own)));
    const placed = run('pad', [dilated], { axis: on, before: from, after: size - from - dilated.shape[on]! })[0]!;
    return onSteps(on)(x, placed, from, to, step);
  }, 'sliceScatter');
}

/** `x`, with the slice at `index` of `axis` set to `source` (which lacks the axis). */
export function selectScatter(x: Tensor, source: Tensor, axis: number, index: number): Tensor {
  const on = normalizeAxis('selectScatter', axis, x.shape.length);
  const size = x.shape[on]!;
  if (!Number.isInteger(index) || index < -size || index >= size) fail('selectScatter', `index ${index} is out of range on axis ${axis} of ${show(x.shape)}`, `Use ${-size} to ${size - 1}.`);
  const place = index < 0 ? index + size : index;
  return scope(() => sliceScatter(x, source.unsqueeze(on), { axis: on, start: place, end: place + 1 }), 'selectScatter');
}

/** Rows of zeros with a one (int32) where the labels say, on a new last axis. */
export function oneHot(labels: Tensor, numClasses: number): Tensor {
  if (!isInteger(labels.dtype)) fail('oneHot', `the labels are ${labels.dtype}`, 'Cast them to int32.');
  checkIndices('oneHot', labels, numClasses, 'a label');
  return quietly(() => labels.unsqueeze(-1).eq(positions(labels, [numClasses], 0)).int(), 'oneHot');
}
