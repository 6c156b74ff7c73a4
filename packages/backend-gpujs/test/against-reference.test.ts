/** Every verb, in every mode that Node has, against the reference: functions by operation, layouts of every kind. */
import { contiguous, type Device, expanded, type Layout, permuted, type Reduction, type ScalarFunction, type Shape, sizeOf, sliced, trace, type TypedArray } from '@nn/tensor/backend';
import { complete, ReferenceBackend } from '@nn/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { gpujs, type Mode } from '../src/index.ts';

const reference = complete(new ReferenceBackend());

/** Repeatable numbers in [-3, 3], some of them whole or 0. */
function numbers(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return i % 7 === 0 ? (state % 3) : state / 2 ** 31 * 3;
  });
}
const wholes = (length: number, seed = 1): Int32Array => Int32Array.from(numbers(length, seed), (x) => Math.round(x * 5));

describe.each<Mode>(['webasm', 'cpu'])('mode %s', (mode) => {
  let device: Device;
  beforeAll(async () => { device = await gpujs({ mode }); });

  interface Input { readonly data: TypedArray; readonly dtype: 'float32' | 'int32'; readonly layout: Layout }
  const input = (data: TypedArray, layout: Layout): Input => ({ data, layout, dtype: data instanceof Int32Array ? 'int32' : 'float32' });

  /** What `verb` writes on this device and on the reference. */
  async function both(inputs: readonly Input[], f: ScalarFunction, length: number, verb: (on: Device, views: ReturnType<typeof view>[], out: ReturnType<Device['allocate']>) => void) {
    const results: number[][] = [];
    for (const on of [device, reference]) {
      const views = inputs.map((each) => view(on, each));
      const out = on.allocate(f.roots[0]!.dtype, length);
      verb(on, views, out);
      results.push([...(await on.read(out, 0, length))]);
      for (const { storage } of views) on.free(storage);
      on.free(out);
    }
    return results as [number[], number[]];
  }
  function view(on: Device, { data, dtype, layout }: Input) {
    const storage = on.allocate(dtype, data.length);
    on.write(storage, data);
    return { storage, ...layout };
  }
  function close([ours, theirs]: [number[], number[]], tolerance = 2e-6) {
    const off = (value: number, i: number) => !Object.is(ours[i], value) && !(Math.abs(ours[i]! - value) <= tolerance * Math.max(1, Math.abs(value)));
    expect(ours.length).toBe(theirs.length);
    expect(theirs.flatMap((value, i) => (off(value, i) ? [`${i}: ${ours[i]} for ${value}`] : []))).toEqual([]);
  }
  const mapped = (f: ScalarFunction, inputs: readonly Input[], shape: Shape, uniforms: readonly number[] = []) =>
    both(inputs, f, sizeOf(shape), (on, views, storage) => on.map(f, views, uniforms, [{ storage, offset: 0 }], shape));
  const reduced = (kind: Reduction, f: ScalarFunction, inputs: readonly Input[], shape: Shape, axes: readonly number[]) =>
    both(inputs, f, sizeOf(shape.filter((_, i) => !axes.includes(i))), (on, views, storage) => on.reduce(kind, f, views, [], shape, axes, { storage, offset: 0 }));

  const unary = ['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'square', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan',
    'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid', 'relu', 'isnan', 'isfinite', 'logicalNot', 'int', 'bool', 'nanToNum'] as const;
  const line = contiguous([64]);
  it.each(unary)('%s', async (op) => {
    const data = numbers(64);
    data.set([NaN, Infinity, -Infinity, 0.5, 1.5, 2.5, -0.5, -1.5, 40, -40, 1e-6, 100], 3);
    const f = trace(['float32'], [], ([x]) => [x![op]()]);
    if (f.roots[0]!.dtype === 'int32') data.set([0, 1, 2], 3);
    close(await mapped(f, [input(data, line)], [64]));
  });

  const binary = ['add', 'sub', 'mul', 'div', 'floorDivide', 'remainder', 'maximum', 'minimum', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'] as const;
  it.each([...binary, 'pow', 'atan2', 'fmod'] as const)('%s of floats', async (op) => {
    const f = trace(['float32', 'float32'], [], ([x, y]) => [x![op](y!)]);
    close(await mapped(f, [input(numbers(64), line), input(numbers(64, 2), line)], [64]), 1e-5);
  });
  const bits = ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseLeftShift', 'bitwiseRightShift'] as const;
  it.each([...binary, ...bits] as const)('%s of integers', async (op) => {
    const shift = op.endsWith('Shift');
    const f = trace(['int32', 'int32'], [], ([x, y]) => [x![op](y!)]);
    const y = wholes(64, 2).map((value) => (shift ? Math.abs(value) % 8 : value));
    close(await mapped(f, [input(wholes(64), line), input(y, line)], [64]));
  });
  it('integers to 2^24', async () => {
    const big = Int32Array.from([2 ** 24 - 4, -(2 ** 24), 2 ** 24 - 1, 12345678, -12345678, 16777213, 8388609, -1]);
    const small = Int32Array.from([3, 7, -7, 4095, 4096, -16777213, 3, 5]);
    const inputs = [input(big, contiguous([8])), input(small, contiguous([8]))];
    for (const op of ['floorDivide', 'remainder', ...bits.slice(0, 3), 'lt', 'eq'] as const) {
      close(await mapped(trace(['int32', 'int32'], [], ([x, y]) => [x![op](y!)]), inputs, [8]), 0);
    }
    close(await mapped(trace(['int32'], [], ([x]) => [x!.bitwiseNot()]), inputs.slice(0, 1), [8]), 0);
    const powers = [input(Int32Array.from([2, -2, 3, -1, -1, 1, 0, 7]), contiguous([8])), input(Int32Array.from([23, 3, 5, 31, 30, -2, 0, -1]), contiguous([8]))];
    close(await mapped(trace(['int32', 'int32'], [], ([x, y]) => [x!.pow(y!)]), powers, [8]), 0);
  });

  const base = contiguous([4, 5, 6]);
  const padded: Layout = { shape: [4, 7, 6], strides: [30, 6, 1], offset: -6, bounds: [{ strides: [0, 1, 0], offset: -1, size: 5 }] };
  const windows: Layout = { shape: [4, 3, 6, 3], strides: [30, 12, 1, 6], offset: -6, bounds: [{ strides: [0, 2, 0, 1], offset: -1, size: 5 }] };
  const layouts: readonly [string, Layout][] = [
    ['contiguous', base], ['transposed', permuted(base, [2, 0, 1])], ['sliced', sliced(sliced(base, 1, 1, 2, 2), 0, 2, 2, 1)],
    ['flipped', sliced(sliced(base, 2, 5, 6, -1), 0, 3, 4, -1)], ['expanded', expanded(contiguous([5, 1]), [4, 5, 6])], ['a scalar, expanded', expanded(contiguous([], 7), [3, 2])],
    ['padded', padded], ['windows', windows], ['out of bounds', { ...padded, offset: -600, bounds: [{ strides: [0, 1, 0], offset: -100, size: 5 }] }],
  ];
  it.each(layouts)('map and reduce of a view: %s', async (_, layout) => {
    const { shape } = layout;
    const data = input(numbers(120), layout);
    const f = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.mul(u!).add(y!).add(x!.index(0)).sub(x!.index(shape.length - 1).mul(2))]);
    close(await mapped(f, [data, data], shape, [0.5]));
    for (let axis = 0; axis < shape.length; axis++) {
      for (const kind of ['sum', 'prod', 'max', 'min'] as const) {
        close(await reduced(kind, trace(['float32'], [], ([x]) => [x!.add(x!.index(axis).mul(0.1))]), [data], shape, [axis]), 1e-5);
      }
    }
    const square = trace(['float32'], [], ([x]) => [x!.square()]);
    close(await reduced('sum', square, [data], shape, shape.map((_, i) => i)), 1e-5);
    close(await reduced('max', square, [data], shape, [0, shape.length - 1]), 1e-5);
  });

  it.each([[100], [1000], [200003], [3, 20021], [20021, 3], [129, 2, 131], [500, 300]].map((shape) => [shape] as const))('long reductions: %j', async (shape) => {
    const data = numbers(sizeOf(shape)).map((x) => x + 1);
    const rest = shape.map((_, i) => i).slice(shape.length > 1 ? 1 : 0);
    close(await reduced('sum', trace(['float32'], [], ([x]) => [x!]), [input(data, contiguous(shape))], shape, shape.map((_, i) => i)), 1e-5);
    close(await reduced('sum', trace(['float32'], [], ([x]) => [x!]), [input(data, permuted(contiguous([...shape].reverse()), shape.map((_, i) => shape.length - 1 - i)))], shape, rest), 1e-4);
    close(await reduced('max', trace(['float32'], [], ([x]) => [x!.sub(10)]), [input(data, contiguous(shape))], shape, rest));
    close(await reduced('min', trace(['float32'], [], ([x]) => [x!.index(0).add(1)]), [input(data, contiguous(shape))], shape, shape.map((_, i) => i)));
  });

  it('NaN wins in max and min', async () => {
    const data = numbers(12);
    data[5] = NaN;
    const same = trace(['float32'], [], ([x]) => [x!]);
    for (const kind of ['max', 'min', 'sum'] as const) close(await reduced(kind, same, [input(data, contiguous([3, 4]))], [3, 4], [1]));
  });

  it.each([[[5, 7], [7, 3]], [[33, 200], [200, 17]], [[2, 4, 6], [2, 6, 5]], [[1, 2000], [2000, 1]], [[3, 0], [0, 2]]] as const)('matmul %j x %j', async (left, right) => {
    const swapped = (shape: Shape): Layout => {
      const order = shape.map((_, i) => i);
      [order[order.length - 1], order[order.length - 2]] = [order.length - 2, order.length - 1];
      return permuted(contiguous(order.map((axis) => shape[axis]!)), order);
    };
    const shape = [...left.slice(0, -1), right.at(-1)!];
    const bias = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.add(y!).mul(u!).relu()]);
    for (const lay of [contiguous, swapped]) {
      const inputs = [input(numbers(sizeOf(left)), lay(left)), input(numbers(sizeOf(right), 2), lay(right)), input(numbers(right.at(-1)!, 3), expanded(contiguous([right.at(-1)!]), shape))];
      close(await both(inputs, bias, sizeOf(shape), (on, [a, b, c], storage) => on.matmul(a!, b!, { storage, offset: 0 }, { function: bias, inputs: [c!], uniforms: [0.5] })), 3e-5);
      close(await both(inputs, bias, sizeOf(shape), (on, [a, b], storage) => on.matmul(a!, b!, { storage, offset: 0 })), 3e-5);
    }
  });

  it('gather and scatterAdd, with indices out of range', async () => {
    const index = Int32Array.from([0, 3, -1, 2, 4, 1, 3, 3, 0, 99, 2, 2]);
    const same = trace(['float32'], [], ([x]) => [x!]);
    for (const [axis, source, at] of [[0, contiguous([4, 3]), contiguous([4, 3])], [1, permuted(contiguous([4, 3]), [1, 0]), contiguous([3, 4])], [1, padded, sliced(contiguous([2, 1, 6]), 2, 5, 6, -1)]] as const) {
      const inputs = [input(numbers(120), source), input(index, at)];
      close(await both(inputs, same, sizeOf(at.shape), (on, [s, i], storage) => on.gather(s!, i!, axis, { storage, offset: 0 })));
    }
    const added = [input(numbers(12), contiguous([4, 3])), input(index, contiguous([4, 3]))];
    close(await both(added, same, 15, (on, [s, i], storage) => on.scatterAdd(s!, i!, 0, [5, 3], { storage, offset: 0 })));
  });

  it('writes to a part, and over its own input', async () => {
    for (const on of [device, reference]) {
      const storage = on.allocate('int32', 6);
      on.write(storage, Int32Array.from([1, 2, 3, 4, 5, 6]));
      on.write(storage, Int32Array.from([-7, -8]), 2);
      const twice = trace(['int32'], [], ([x]) => [x!.mul(2)]);
      on.map(twice, [{ storage, ...contiguous([6]) }], [], [{ storage, offset: 0 }], [6]);
      on.map(twice, [{ storage, ...contiguous([3]) }], [], [{ storage, offset: 0 }], [3]);
      expect([...(await on.read(storage, 0, 6))]).toEqual([4, 8, -28, -16, 10, 12]);
      expect([...(await on.read(storage, 2, 2))]).toEqual([-28, -16]);
      on.free(storage);
    }
  });

  it('draws the same bits', async () => {
    const drawn = [];
    for (const on of [device, reference]) {
      const storage = on.allocate('float32', 10);
      on.randomUniform([1, 2], 3, 10, { storage, offset: 0 });
      drawn.push([...(await on.read(storage, 0, 10))]);
    }
    expect(drawn[0]).toEqual(drawn[1]);
  });
});
