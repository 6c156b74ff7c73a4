import { ReferenceBackend } from '@nn/tensor';
import { contiguous, type DType, identity, isFloat, permuted, type Reduction, ScalarFunction, type TypedArray, type View, uniformNumbers } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { type Case, Dice, filled, layout, randomCase, upload, values } from './random-functions.ts';

const engine = new CpuBackend();
const reference = new ReferenceBackend();
const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Differences beyond `relative` error, shown with their place. */
function differences(got: TypedArray, expected: TypedArray, relative: number): string[] {
  const bad: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [got[i]!, expected[i]!];
    if (!(Math.abs(a - b) <= relative * (1 + Math.abs(b))) && !Object.is(a, b) && a !== b) bad.push(`[${i}] ${a} for ${b}`);
  }
  return bad;
}

function mapped(backend: CpuBackend | ReferenceBackend, test: Case): TypedArray[] {
  const views = upload(backend, test);
  const total = size(test.shape);
  const targets = test.function.outputs.map((dtype) => ({ storage: backend.allocate(dtype, total + 1), offset: 1 }));
  backend.map(test.function, views, test.uniforms, targets, test.shape);
  const results = targets.map(({ storage }) => backend.readSync(storage, 1, total));
  for (const { storage } of [...views, ...targets]) backend.free(storage);
  return results;
}

describe('map', () => {
  for (const dtype of ['float32', 'int32', 'uint32', 'float64'] as const) {
    it(`equals the reference on random functions and layouts of ${dtype}`, () => {
      for (let seed = 0; seed < 80; seed++) {
        const test = randomCase(new Dice(seed), dtype);
        const expected = mapped(reference, test);
        mapped(engine, test).forEach((got, i) => {
          const { key } = test.function;
          // Roundings near a whole number may go either way.
          const allowed = /floor|ceil|round|trunc|sign|lt:/.test(key) && isFloat(dtype) ? Math.ceil(got.length / 20) : 0;
          const bad = differences(got, expected[i]!, dtype === 'float32' ? 2e-5 : dtype === 'float64' ? 1e-12 : 0);
          expect(bad.length > allowed ? { seed, key, shape: test.shape, layouts: test.layouts, bad: bad.slice(0, 3) } : undefined).toBeUndefined();
        });
      }
    });
  }

  it('works in place', () => {
    const storage = filled(engine, 'float32', Float32Array.from({ length: 1003 }, (_, i) => i));
    const view = { storage, ...contiguous([1003]) };
    engine.map(identity('float32'), [view], [], [{ storage, offset: 0 }], [1003]);
    expect(engine.readSync(storage, 0, 1003)).toEqual(Float32Array.from({ length: 1003 }, (_, i) => i));
  });
});

describe('reduce', () => {
  for (const dtype of ['float32', 'int32', 'float64', 'bool'] as const satisfies readonly DType[]) {
    it(`equals the reference over random axes of ${dtype}`, () => {
      for (let seed = 0; seed < 80; seed++) {
        const dice = new Dice(seed);
        const test = randomCase(dice, dtype === 'bool' ? 'float32' : dtype);
        const axes = test.shape.map((_, axis) => axis).filter(() => dice.below(2) === 0);
        const kind = dice.pick<Reduction>(dtype === 'bool' ? ['max', 'min'] : ['sum', 'max', 'min', 'prod']);
        const root = test.function.roots[0]!;
        const f = new ScalarFunction([dtype === 'bool' ? root.gt(0) : root], test.function.inputs, test.function.uniforms);
        const count = size(test.shape.filter((_, axis) => !axes.includes(axis)));
        const run = (backend: CpuBackend | ReferenceBackend): TypedArray => {
          const output = { storage: backend.allocate(f.outputs[0]!, count), offset: 0 };
          backend.reduce(kind, f, upload(backend, test), test.uniforms, test.shape, axes, output);
          return backend.readSync(output.storage, 0, count);
        };
        const expected = run(reference);
        // Wrapped products pass 2 ** 53 in the reference.
        if (kind === 'prod' && dtype === 'int32') continue;
        const scale = Math.max(...Array.from(expected, Math.abs).filter(Number.isFinite), 1);
        const bad = differences(run(engine), expected, dtype === 'float32' ? 1e-4 * scale : dtype === 'float64' ? 1e-10 * scale : 0);
        expect(bad.length > count / 20 ? { seed, kind, key: f.key, shape: test.shape, axes, bad: bad.slice(0, 3) } : undefined).toBeUndefined();
      }
    });
  }

  it('adds in an order that the layout does not change', () => {
    const [rows, columns] = [310, 257];
    const array = values(new Dice(1), 'float32', rows * columns);
    const flipped = new Float32Array(rows * columns);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) flipped[j * rows + i] = array[i * columns + j]!;
    const straight: View = { storage: filled(engine, 'float32', array), ...contiguous([rows, columns]) };
    const turned: View = { storage: filled(engine, 'float32', flipped), ...permuted(contiguous([columns, rows]), [1, 0]) };
    for (const axes of [[0], [1], [0, 1]]) {
      const [first, second] = [straight, turned].map((view) => {
        const count = axes.length === 2 ? 1 : axes[0] === 0 ? columns : rows;
        const storage = engine.allocate('float32', count);
        engine.reduce('sum', identity('float32'), [view], [], [rows, columns], axes, { storage, offset: 0 });
        return engine.readSync(storage, 0, count);
      });
      expect(first).toEqual(second);
    }
  });

  it('lets NaN win', () => {
    const storage = filled(engine, 'float32', Float32Array.of(1, NaN, 3, 4, 5, 6));
    for (const kind of ['max', 'min'] as const) {
      const output = engine.allocate('float32', 3);
      engine.reduce(kind, identity('float32'), [{ storage, ...contiguous([3, 2]) }], [], [3, 2], [1], { storage: output, offset: 0 });
      expect(engine.readSync(output, 0, 3)).toEqual(kind === 'max' ? Float32Array.of(NaN, 4, 6) : Float32Array.of(NaN, 3, 5));
    }
  });

  it('folds many elements', () => {
    for (const shape of [[100_000], [3, 20_000], [50_000, 3], [20, 5000], [2, 3000, 40]]) {
      const test: Case = { function: identity('float32'), shape, layouts: [contiguous(shape)], arrays: [values(new Dice(2), 'float32', size(shape))], uniforms: [] };
      for (const axes of [[0], shape.map((_, i) => i), [shape.length - 1]]) {
        const count = size(shape.filter((_, axis) => !axes.includes(axis)));
        const [got, expected] = [engine, reference].map((backend) => {
          const storage = backend.allocate('float32', count);
          backend.reduce('sum', test.function, upload(backend, test), [], shape, axes, { storage, offset: 0 });
          return backend.readSync(storage, 0, count);
        });
        expect(differences(got!, expected!, 1e-3).slice(0, 3)).toEqual([]);
      }
    }
  });
});

describe('matmul', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    it(`equals the reference for odd sizes and layouts of ${dtype}`, () => {
      const dice = new Dice(5);
      const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31, 33, 65, 130, 200];
      for (let i = 0; i < 120; i++) {
        const batch = i % 4 === 0 ? [dice.pick([1, 2, 3]), 2].slice(dice.below(2)) : [];
        const [m, k, n] = [dice.pick(sizes), dice.pick([...sizes, 401, 450]), dice.pick(sizes)];
        const [a, b] = [[...batch, m, k], [...batch, k, n]].map((shape) => ({ shape, ...layout(dice, shape) })) as [ReturnType<typeof layout> & { shape: number[] }, ReturnType<typeof layout> & { shape: number[] }];
        const arrays = [values(dice, dtype, a.length), values(dice, dtype, b.length)] as const;
        const [got, expected] = [engine, reference].map((backend) => {
          const views = [a, b].map((each, j): View => ({ ...each.layout, storage: filled(backend, dtype, arrays[j]!) })) as [View, View];
          const storage = backend.allocate(dtype, size(batch) * m * n);
          backend.matmul(views[0], views[1], { storage, offset: 0 });
          return backend.readSync(storage, 0, size(batch) * m * n);
        });
        const bad = differences(got!, expected!, dtype === 'float32' ? 3e-4 : 1e-11);
        expect(bad.length > 0 ? { i, m, k, n, batch, bad: bad.slice(0, 3) } : undefined).toBeUndefined();
      }
    });
  }
});

describe('the order of sums in matmul', () => {
  it('is the same for all layouts, packings and parts', () => {
    for (const [m, k, n] of [[32, 784, 96], [70, 900, 17], [1, 300, 50], [96, 33, 300], [200, 130, 3]] as const) {
      const [left, right] = [new Dice(1), new Dice(2)].map((dice, i) => values(dice, 'float32', i === 0 ? m * k : k * n)) as [TypedArray, TypedArray];
      const results = [[false, false], [true, false], [false, true], [true, true]].map(([a, b]) => {
        const matrix = (array: TypedArray, rows: number, columns: number, turned: boolean): View => {
          if (!turned) return { storage: filled(engine, 'float32', array), ...contiguous([rows, columns]) };
          const copy = array.map((_, i) => array[(i % rows) * columns + Math.floor(i / rows)]!);
          return { storage: filled(engine, 'float32', copy), ...permuted(contiguous([columns, rows]), [1, 0]) };
        };
        const storage = engine.allocate('float32', m * n);
        engine.matmul(matrix(left, m, k, a!), matrix(right, k, n, b!), { storage, offset: 0 });
        return engine.readSync(storage, 0, m * n);
      });
      for (const result of results) expect(result).toEqual(results[0]);
    }
  });
});

describe('gather and scatterAdd', () => {
  it('equal the reference', () => {
    for (let seed = 0; seed < 80; seed++) {
      const dice = new Dice(seed);
      const dtype = dice.pick<DType>(['float32', 'int32', 'float64', 'bool']);
      const shape = Array.from({ length: 1 + dice.below(3) }, () => 1 + dice.below(6));
      const axis = dice.below(shape.length);
      const places = shape.map((n, i) => (i === axis ? 1 + dice.below(9) : n));
      const [source, index, added] = [layout(dice, shape), layout(dice, places), layout(dice, places)];
      const arrays = [values(dice, dtype, source.length), Int32Array.from({ length: index.length }, () => dice.below(shape[axis]! + 2) - 1), values(dice, dtype, added.length)] as const;
      const [got, expected] = [engine, reference].map((backend) => {
        const at: View = { ...index.layout, storage: filled(backend, 'int32', arrays[1]) };
        const output = backend.allocate(dtype, size(places));
        backend.gather({ ...source.layout, storage: filled(backend, dtype, arrays[0]) }, at, axis, { storage: output, offset: 0 });
        if (dtype === 'bool') return [backend.readSync(output, 0, size(places))];
        const sums = backend.allocate(dtype, size(shape));
        backend.scatterAdd({ ...added.layout, storage: filled(backend, dtype, arrays[2]) }, at, axis, shape, { storage: sums, offset: 0 });
        return [backend.readSync(output, 0, size(places)), backend.readSync(sums, 0, size(shape))];
      });
      got!.forEach((each, i) => expect({ seed, i, bad: differences(each, expected![i]!, 1e-6).slice(0, 3) }).toEqual({ seed, i, bad: [] }));
    }
  });
});

describe('randomUniform', () => {
  it('draws the numbers of the contract', () => {
    for (const [counter, length] of [[0, 1], [7, 10], [2 ** 32 - 2, 40_003], [2 ** 52 + 5, 33]] as const) {
      const storage = engine.allocate('float32', length + 1);
      engine.randomUniform([0x9e3779b9, 0xdeadbeef], counter, length, { storage, offset: 1 });
      expect(engine.readSync(storage, 1, length)).toEqual(uniformNumbers([0x9e3779b9, 0xdeadbeef], counter, length));
    }
  });
});
