/** What is computed by copies of a function (unfold.ts), beside the reference: reductions of a few elements, and maps over pairs. */
import { ReferenceBackend } from '@nn/tensor';
import { type CoreBackend, type DType, isFloat, type Reduction, ScalarFunction, type TypedArray } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { unfolded } from '../src/unfold.ts';
import { Dice, randomCase, upload } from './random-functions.ts';

const engines = [new CpuBackend(), new ReferenceBackend()] as const;
const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
const near = (got: TypedArray, expected: TypedArray, relative: number): number => {
  const scale = Array.from(expected).reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
  return got.filter((value, i) => !(Math.abs(value - expected[i]!) <= relative * scale) && !Object.is(value, expected[i]) && value !== expected[i]).length;
};
const precision = (dtype: DType): number => (dtype === 'float32' ? 1e-4 : dtype === 'float64' ? 1e-10 : 0);
/** Roundings near a whole number may go either way. */
const allowed = (dtype: DType, key: string, count: number): number => (isFloat(dtype) && /floor|ceil|round|trunc|sign|lt:/.test(key) ? count / 20 : 0);

describe.each(['float32', 'int32', 'uint32', 'float64'] as const)('%s', (dtype) => {
  it('a reduction of a few elements each', () => {
    let few = 0;
    for (let seed = 0; seed < 40; seed++) {
      const dice = new Dice(seed);
      const [shape, axes] = dice.pick([
        [[5, 60, 3], [2]], [[40, 7, 2, 2], [2, 3]], [[4, 3, 200], [0, 1]], [[2, 30, 3, 17, 2], [2, 4]], [[300, 2, 5], [1]], [[19, 16, 16], [2]], [[7, 1, 44, 3], [1, 3]],
      ] as const);
      const test = randomCase(dice, dtype, shape);
      const kind = dice.pick<Reduction>(isFloat(dtype) ? ['sum', 'max', 'min', 'prod'] : ['sum', 'max', 'min']);
      const f = new ScalarFunction(test.function.roots.slice(0, 1), test.function.inputs, test.function.uniforms);
      const count = size(shape.filter((_, axis) => !axes.some((own: number) => own === axis)));
      const run = (backend: CoreBackend & { readSync: CpuBackend['readSync'] }): TypedArray => {
        const views = upload(backend, test);
        few += Number(backend === engines[0] && unfolded(kind, f, views, shape, axes) !== undefined);
        const storage = backend.allocate(f.outputs[0]!, count + 3);
        backend.reduce(kind, f, views, test.uniforms, shape, axes, { storage, offset: 3 });
        return backend.readSync(storage, 3, count);
      };
      const [got, expected] = [run(engines[0]), run(engines[1])];
      expect({ seed, key: f.key, bad: near(got, expected, precision(dtype)) > allowed(dtype, f.key, count) }).toEqual({ seed, key: f.key, bad: false });
    }
    expect(few).toBeGreaterThan(15);
  });

  it('a map over pairs, with one result or several', () => {
    for (let seed = 0; seed < 40; seed++) {
      const dice = new Dice(seed);
      const shape = dice.pick([[300, 2], [9, 31, 2], [3, 14, 2, 7, 2], [2, 2, 129, 2], [70000, 2], [40, 13, 2, 1]] as const);
      const test = randomCase(dice, dtype, shape);
      const [got, expected] = engines.map((backend) => {
        const views = upload(backend, test);
        const targets = test.function.outputs.map((type) => ({ storage: backend.allocate(type, size(shape) + 2), offset: 1 }));
        backend.map(test.function, views, test.uniforms, targets, shape);
        return targets.map(({ storage }) => backend.readSync(storage, 1, size(shape)));
      });
      got!.forEach((values, i) => {
        const { key } = test.function;
        expect({ seed, key, bad: near(values, expected![i]!, precision(dtype)) > allowed(dtype, key, size(shape)) }).toEqual({ seed, key, bad: false });
      });
    }
  });
});
