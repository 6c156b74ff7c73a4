import { blocksFor, contiguous, type DType, identity, type Reduction, sizeOf, trace } from '@nn/tensor/backend';
import { type Case, dense, layouts, mapped, numbers, pair, target, unary, upload, view } from './cases.ts';

const shape = [3, 4, 5];

const maps: Case[] = [
  ...layouts.map(([name, layout]): Case => ({
    name: `map ${name}`, run: (device) => {
      const [a, b] = [upload(device, 'float32', numbers(200)), upload(device, 'float32', numbers(200, 3, 2))];
      return mapped(device, pair, [view(a, layout), dense(b, shape)], [0.75], shape);
    },
  })),
  { name: 'map with coordinates', run: (device) => {
    const f = trace(['float32'], [], ([x]) => [x!.add(x!.index(0).mul(100)).add(x!.index(2).float()), x!.index(1)]);
    return mapped(device, f, [dense(upload(device, 'float32', numbers(60)), shape)], [], shape);
  } },
  { name: 'map of 5 views of one storage', run: (device) => {
    const a = upload(device, 'float32', numbers(200));
    const f = trace(Array.from({ length: 5 }, () => 'float32' as const), [], (xs) => [xs.reduce((sum, x) => sum.mul(0.5).add(x))]);
    return mapped(device, f, layouts.slice(0, 5).map(([, layout]) => view(a, layout)), [], shape);
  } },
  { name: 'map of 20 storages to 9', run: (device) => {
    const f = trace(Array.from({ length: 20 }, () => 'float32' as const), [], (xs) => Array.from({ length: 9 }, (_, k) => xs.slice(k, k + 12).reduce((sum, x) => sum.mul(0.9).add(x))));
    return mapped(device, f, Array.from({ length: 20 }, (_, i) => dense(upload(device, 'float32', numbers(60, 1, i)), shape)), [], shape);
  } },
  { name: 'map in place', run: (device) => {
    const a = upload(device, 'float32', numbers(200));
    device.map(unary, [view(a, contiguous(shape, 7))], [], [{ storage: a, offset: 7 }], shape);
    device.map(pair, [view(a, contiguous([10])), view(a, contiguous([10], 10))], [2], [{ storage: a, offset: 10 }, { storage: a, offset: 0 }], [10]);
    return [a];
  } },
  { name: 'map onto its own inputs in another layout', run: (device) => {
    const a = upload(device, 'float32', numbers(200));
    device.map(unary, [view(a, { shape: [8, 8], strides: [1, 8], offset: 0, bounds: [] })], [], [{ storage: a, offset: 0 }], [8, 8]);
    device.map(unary, [view(a, contiguous([50], 3))], [], [{ storage: a, offset: 0 }], [50]);
    return [a];
  } },
  { name: 'map of a scalar, and of 5,000,000', run: (device) => {
    const one = upload(device, 'float32', [3]);
    const many = mapped(device, trace(['float32'], [], ([x]) => [x!.index(0).remainder(8).float().add(x!)]), [view(one, { shape: [5_000_000], strides: [0], offset: 0, bounds: [] })], [], [5_000_000]);
    const tail = target(device, 'float32', [10]);
    device.map(identity('float32'), [view(many[0]!, contiguous([10], 4_999_990))], [], [tail], [10]);
    return [...mapped(device, unary, [dense(one, [])], [], []), tail.storage];
  } },
  ...(['bool', 'uint32', 'int32', 'float32'] as const).flatMap((from) => (['bool', 'uint32', 'int32', 'float32'] as const).map((to): Case => ({
    name: `cast ${from} to ${to}`, run: (device) => mapped(device, trace([from], [], ([x]) => [x!.cast(to)]), [dense(upload(device, from, [0, 1, 2, 5, -3, 0.5, 77]), [7])], [], [7]),
  }))),
];

const reduced = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.mul(y!).add(u!)]);
const kinds: readonly Reduction[] = ['sum', 'prod', 'max', 'min'];

const reductions: Case[] = [
  ...[[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2], []].flatMap((axes) => layouts.slice(0, 9).map(([name, layout]): Case => ({
    name: `sum ${name} over [${axes.join()}]`, run: (device) => {
      const [a, b] = [upload(device, 'float32', numbers(200)), upload(device, 'float32', numbers(60, 1, 3))];
      const to = target(device, 'float32', shape.filter((_, axis) => !axes.includes(axis)));
      device.reduce('sum', reduced, [view(a, layout), dense(b, shape)], [0.25], shape, axes, to);
      return [to.storage];
    },
  }))),
  ...kinds.flatMap((kind) => (['bool', 'uint32', 'int32', 'float32'] as const).flatMap((dtype) => [[4, 30], [3, 1000], [1, 40_000], [2, 3]].map(([rows, run]): Case => ({
    name: `${kind} of ${dtype} [${rows}, ${run}]`, tolerance: 1e-4, run: (device) => {
      const size = rows! * run!;
      const values = kind === 'prod' ? numbers(size, 0.01, 4).map((value) => (dtype === 'float32' ? 1 + value : 1)).map((value, i) => (i % 2500 === 7 ? 3 : value)) : numbers(size, dtype === 'float32' ? 2 : 50, 5);
      const to = target(device, dtype === 'bool' && (kind === 'sum' || kind === 'prod') ? 'int32' : dtype, [rows!]);
      const f = dtype === 'bool' && (kind === 'sum' || kind === 'prod') ? trace([dtype], [], ([x]) => [x!.int()]) : identity(dtype);
      device.reduce(kind, f, [dense(upload(device, dtype, values), [rows!, run!])], [], [rows!, run!], [1], to);
      return [to.storage];
    },
  })))),
  { name: 'sum with coordinates, over the first of three axes', run: (device) => {
    const f = trace(['float32'], [], ([x]) => [x!.mul(x!.index(0).add(1)).add(x!.index(2))]);
    const to = target(device, 'float32', [4, 5]);
    device.reduce('sum', f, [dense(upload(device, 'float32', numbers(60)), shape)], [], shape, [0], to);
    return [to.storage];
  } },
  { name: 'sum of a function of 20 storages', run: (device) => {
    const f = trace(Array.from({ length: 20 }, () => 'float32' as const), [], (xs) => [xs.reduce((sum, x) => sum.mul(0.9).add(x))]);
    const to = target(device, 'float32', [4]);
    device.reduce('sum', f, Array.from({ length: 20 }, (_, i) => dense(upload(device, 'float32', numbers(60, 1, i)), shape)), [], shape, [0, 2], to);
    return [to.storage];
  } },
  { name: 'max into an int32 of a bool root', run: (device) => {
    const f = trace(['float32'], [], ([x]) => [x!.gt(1.9)]);
    const to = target(device, 'int32', []);
    device.reduce('max', f, [dense(upload(device, 'float32', numbers(1000)), [1000])], [], [1000], [0], to);
    return [to.storage];
  } },
];

/** [a's shape, b's shape], left-hand and right-hand operands also transposed. */
const sizes: readonly (readonly [number, number, number, number])[] = [[0, 1, 1, 1], [0, 3, 5, 4], [0, 17, 33, 18], [0, 70, 20, 65], [0, 65, 100, 40], [0, 1, 300, 40], [0, 40, 300, 1], [3, 5, 6, 7], [2, 20, 16, 64]];

const products: Case[] = [
  ...sizes.flatMap(([batch, m, k, n]) => [0, 1, 2, 3].map((transposed): Case => ({
    name: `matmul ${batch}x[${m}, ${k}, ${n}] form ${transposed}`, run: (device) => {
      const lead = batch > 0 ? [batch] : [];
      const matrix = (rows: number, columns: number, turned: boolean, seed: number) => {
        const storage = upload(device, 'float32', numbers((batch || 1) * rows * columns, 1, seed));
        const strides = turned ? [1, rows] : [columns, 1];
        return view(storage, { shape: [...lead, rows, columns], strides: batch > 0 ? [rows * columns, ...strides] : strides, offset: 0, bounds: [] });
      };
      const to = target(device, 'float32', [...lead, m, n]);
      device.matmul(matrix(m, k, (transposed & 1) === 1, 7), matrix(k, n, (transposed & 2) === 2, 8), to);
      return [to.storage];
    },
  }))),
  { name: 'matmul of padded and expanded views, two batch axes', run: (device) => {
    const a = upload(device, 'float32', numbers(200));
    const left = view(a, { shape: [2, 3, 6, 8], strides: [0, 10, 3, 1], offset: 2, bounds: [{ strides: [0, 0, 1, 0], offset: -1, size: 4 }, { strides: [0, 0, 0, 1], offset: 0, size: 7 }] });
    const right = view(a, { shape: [2, 3, 8, 5], strides: [60, 0, 2, 5], offset: 0, bounds: [{ strides: [1, 0, 1, 0], offset: 0, size: 8 }] });
    const to = target(device, 'float32', [2, 3, 6, 5]);
    device.matmul(left, right, to);
    return [to.storage];
  } },
  ...[[5, 6, 7], [40, 30, 50]].map(([m, k, n]): Case => ({
    name: `matmul [${m}, ${k}, ${n}] with an epilogue`, run: (device) => {
      const bias = view(upload(device, 'float32', numbers(n!)), { shape: [m!, n!], strides: [0, 1], offset: 0, bounds: [] });
      const f = trace(['float32', 'float32'], ['float32'], ([x, b], [u]) => [x!.add(b!).mul(u!).relu().add(x!.index(0)).sub(x!.index(1))]);
      const all = device.allocate('float32', m! * n! + 9);
      device.write(all, new Float32Array(all.length));
      device.matmul(dense(upload(device, 'float32', numbers(m! * k!)), [m!, k!]), dense(upload(device, 'float32', numbers(k! * n!)), [k!, n!]),
        { storage: all, offset: 9 }, { function: f, inputs: [bias], uniforms: [0.5] });
      return [all];
    },
  })),
  { name: 'matmul with an epilogue of 14 storages', run: (device) => {
    const f = trace(Array.from({ length: 15 }, () => 'float32' as const), ['float32'], (xs, [u]) => [xs.reduce((sum, x) => sum.mul(u!).add(x))]);
    const to = target(device, 'float32', [6, 4]);
    const extra = Array.from({ length: 14 }, (_, i) => dense(upload(device, 'float32', numbers(24, 1, i)), [6, 4]));
    device.matmul(dense(upload(device, 'float32', numbers(30)), [6, 5]), dense(upload(device, 'float32', numbers(20)), [5, 4]), to, { function: f, inputs: extra, uniforms: [0.8] });
    return [to.storage];
  } },
  { name: 'matmul over an inner axis of 0', run: (device) => {
    const to = target(device, 'float32', [2, 3]);
    device.matmul(dense(device.allocate('float32', 0), [2, 0]), dense(device.allocate('float32', 0), [0, 3]), to);
    return [to.storage];
  } },
  { name: 'matmul onto its own operand', run: (device) => {
    const a = upload(device, 'float32', numbers(64));
    device.matmul(dense(a, [8, 8]), view(a, { shape: [8, 8], strides: [1, 8], offset: 0, bounds: [] }), { storage: a, offset: 0 });
    return [a];
  } },
];

const moves: Case[] = [
  ...([0, 1, 2] as const).flatMap((axis) => (['float32', 'int32', 'bool'] as const).map((dtype: DType): Case => ({
    name: `gather ${dtype} on axis ${axis}`, run: (device) => {
      const source = view(upload(device, dtype, numbers(200, 9)), layouts[axis === 1 ? 7 : 2]![1]);
      const size = shape.map((n, i) => (i === axis ? 7 : n));
      const index = dense(upload(device, 'int32', numbers(sizeOf(size), 6).map((value) => Math.trunc(value))), size);
      const to = target(device, dtype, size);
      device.gather(source, index, axis, to);
      return [to.storage];
    },
  }))),
  ...([0, 1] as const).map((axis): Case => ({
    name: `scatterAdd on axis ${axis}`, run: (device) => {
      const source = dense(upload(device, 'float32', numbers(30)), [5, 6]);
      const index = dense(upload(device, 'int32', numbers(30, 4, 11).map((value) => Math.trunc(value))), [5, 6]);
      const to = target(device, 'float32', axis === 0 ? [3, 6] : [5, 3]);
      device.scatterAdd(source, index, axis, axis === 0 ? [3, 6] : [5, 3], to);
      return [to.storage];
    },
  })),
  ...[1, 4, 1001].map((length): Case => ({
    name: `randomUniform ${length}`, tolerance: 0, run: (device) => {
      const to = { storage: device.allocate('float32', length + 2), offset: 2 };
      device.write(to.storage, new Float32Array(length + 2));
      device.randomUniform([0x12345678, 0x9abcdef0], 2 ** 32 - blocksFor(500), length, to);
      return [to.storage];
    },
  })),
  { name: 'host writes between kernels', run: (device) => {
    const a = upload(device, 'float32', numbers(10));
    const first = mapped(device, unary, [dense(a, [10])], [], [10]);
    device.write(a, numbers(10, 1, 5));
    const second = mapped(device, unary, [dense(a, [10])], [], [10]);
    device.write(a, Float32Array.of(7, 8), 4);
    const third = mapped(device, unary, [dense(a, [10])], [], [10]);
    device.free(a);
    const b = upload(device, 'float32', numbers(10, 1, 6));
    return [...first, ...second, ...third, b];
  } },
];

export const verbs: readonly Case[] = [...maps, ...reductions, ...products, ...moves];
