import type { Optimizer } from '@nn/optim';
import { type Device, type DType, type Tensor, tensor } from '@nn/tensor';
import { expect } from 'vitest';
import fixture from './fixtures/optimizers.json' with { type: 'json' };

/** Beale's function of a point. */
export function beale(p: Tensor): Tensor {
  const [x, y] = [p.at(0), p.at(1)];
  const term = (constant: number, power: number) => x.mul(y.pow(power)).sub(x).add(constant).square();
  return term(1.5, 1).add(term(2.25, 2)).add(term(2.625, 3));
}

/** 100 steps, those in `points` compared: |a - b| <= tolerance * the largest coordinate up to there. Where float32 overflows nothing is compared. */
export async function walk(
  make: (p: Tensor[]) => Optimizer<object, object>, points: readonly (readonly (number | string)[])[],
  { device, dtype = 'float32', tolerance = 1e-9, steps = 100 }: { device?: Device; dtype?: DType; tolerance?: number; steps?: number },
): Promise<void> {
  const p = tensor(fixture.start, { dtype, requiresGrad: true, ...(device && { device }) });
  const optimizer = make([p]);
  const expected = new Map(points.map(([step, ...at]) => [step, at.map(Number)]));
  let largest = 1;
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad();
    beale(p).backward();
    optimizer.step();
    const at = expected.get(step);
    if (!at) continue;
    if (dtype === 'float32' && !at.every((value) => Math.abs(value) < 1e30)) return;
    const found = await p.data();
    largest = Math.max(largest, ...at.map(Math.abs).filter(Number.isFinite));
    const same = at.every((value, i) => Object.is(found[i], value) || Math.abs(found[i]! - value) <= tolerance * largest);
    expect(same, `step ${step}: ${String(found)} instead of ${String(at)}`).toBe(true);
  }
}
