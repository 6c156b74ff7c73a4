/** BatchNorm against PyTorch: outputs, gradients, running statistics; and what it refuses. */
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type StateDict } from '@nn/layers';
import { type DType, ones, type Tensor, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/norms.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';

interface Fixture { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }
interface Batch { readonly input: Fixture; readonly gradient: Fixture; readonly output: Fixture; readonly inputGradient: Fixture; readonly gradients: Readonly<Record<string, Fixture>> }
interface Case { readonly layer: string; readonly features: number; readonly options: object; readonly initial: Readonly<Record<string, Fixture>>; readonly batches: readonly Batch[]; readonly state: Readonly<Record<string, Fixture>>; readonly evaluated: Fixture }

const layers = { BatchNorm1d, BatchNorm2d, BatchNorm3d };
const given = ({ dtype, shape, data }: Fixture, requiresGrad = false): Tensor => tensor(numbers(data), { dtype: dtype as DType, shape, requiresGrad });
async function expectClose(found: Tensor | null | undefined, expected: Fixture): Promise<void> {
  expect(found?.shape).toEqual(expected.shape);
  const values = [...await found!.data()];
  numbers(expected.data).forEach((value, i) => { expect(Math.abs(values[i]! - value), `element ${i}: ${values[i]}, expected ${value}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value))); });
}

describe('as PyTorch', () => {
  for (const [i, { layer, features, options, initial, batches, state, evaluated }] of (fixture.cases as unknown as readonly Case[]).entries()) {
    it(`${i}: ${layer} ${JSON.stringify(options)}`, async () => {
      const norm = new layers[layer as keyof typeof layers](features, { ...options, dtype: 'float64' });
      norm.loadStateDict(Object.fromEntries(Object.entries(initial).map(([key, value]) => [key, given(value)])), { strict: false });
      for (const batch of batches) {
        norm.zeroGrad();
        const x = given(batch.input, true);
        const y = norm.forward(x);
        y.backward(given(batch.gradient));
        await expectClose(y, batch.output);
        await expectClose(x.grad, batch.inputGradient);
        for (const [key, expected] of Object.entries(batch.gradients)) await expectClose(norm[key as 'weight' | 'bias']?.grad, expected);
      }
      const found: StateDict = norm.stateDict();
      expect(Object.keys(found).sort()).toEqual(Object.keys(state).sort());
      for (const [key, expected] of Object.entries(state)) await expectClose(found[key], expected);
      norm.eval();
      await expectClose(norm.forward(given(batches.at(-1)!.input)), evaluated);
    });
  }
});

it('forgets', async () => {
  const norm = new BatchNorm1d(2);
  norm.forward(tensor([[1, 2], [3, 5]]));
  norm.resetRunningStats();
  expect([await norm.runningMean!.toArray(), await norm.runningVar!.toArray(), await norm.numBatchesTracked!.item()]).toEqual([[0, 0], [1, 1], 0]);
});

it('learns nothing from an empty batch', async () => {
  const norm = new BatchNorm1d(2);
  expect(norm.forward(zeros([0, 2])).shape).toEqual([0, 2]);
  expect([await norm.runningMean!.toArray(), await norm.runningVar!.toArray(), await norm.numBatchesTracked!.item()]).toEqual([[0, 0], [1, 1], 1]);
});

it('says what does not fit', () => {
  expect(() => new BatchNorm1d(3).forward(zeros([4, 2]))).toThrow('BatchNorm1d: the input is [4, 2]. Give [N, 3] or [N, 3, W].');
  expect(() => new BatchNorm2d(3).forward(zeros([4, 3]))).toThrow('BatchNorm2d: the input is [4, 3]. Give [N, 3, H, W].');
  expect(() => new BatchNorm3d(3).forward(zeros([4, 3]))).toThrow('Give [N, 3, D, H, W].');
  expect(() => new BatchNorm1d(3).forward(ones([1, 3]))).toThrow('BatchNorm1d: a batch of [1, 3] has one value a feature, whose variance is 0. Use larger batches, or eval().');
  expect(() => new BatchNorm1d(0)).toThrow('BatchNorm1d: numFeatures is 0.');
  expect(new BatchNorm1d(3).eval().forward(ones([1, 3])).shape).toEqual([1, 3]);
});
