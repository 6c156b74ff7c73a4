import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { AveragedWeights } from '../src/index.ts';

const path = [[1, 2], [4, -8], [7, 0.5], [2, 2]];

async function averagesOf(options: { decay?: number }): Promise<[Tensor, AveragedWeights, number[]]> {
  const p = tensor([0, 0], { dtype: 'float64', requiresGrad: true });
  const average = new AveragedWeights([p], options);
  for (const point of path) {
    p.assign(tensor(point, { dtype: 'float64' }));
    average.update();
  }
  return [p, average, [...await average.averages[0]!.data()]];
}

describe('AveragedWeights', () => {
  it('is the mean of all', async () => {
    const [, , found] = await averagesOf({});
    expect(found[0]).toBeCloseTo(14 / 4, 12);
    expect(found[1]).toBeCloseTo(-3.5 / 4, 12);
  });

  it('or follows exponentially, from the first on', async () => {
    const [, , found] = await averagesOf({ decay: 0.9 });
    const expected = path.slice(1).reduce((a, b) => a.map((x, i) => 0.9 * x + 0.1 * b[i]!), path[0]!);
    expected.forEach((x, i) => { expect(found[i]).toBeCloseTo(x, 12); });
  });

  it('changes places with the parameters, which keep taking gradients', async () => {
    const [p, average, found] = await averagesOf({});
    average.swap();
    expect(await p.toArray()).toEqual(found);
    expect(p.requiresGrad).toBe(true);
    average.swap();
    expect(await p.toArray()).toEqual([2, 2]);
    expect([...await average.averages[0]!.data()]).toEqual(found);
  });

  it('says what is wrong', () => {
    expect(() => new AveragedWeights([])).toThrow('AveragedWeights: there are no parameters. Pass model.parameters().');
    expect(() => new AveragedWeights([tensor([1])], { decay: 1 })).toThrow('AveragedWeights: decay is 1. Use a number from 0 on, below 1.');
  });
});
