/** A dispatch worked out once serves all calls of its form, wherever their operands lie and whatever their numbers. */
import { trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { nullDevice, webgpu } from '../src/index.ts';
import { Form, Known } from '../src/plans.ts';
import { available, unavailable } from './adapter.ts';
import { dense, numbers, target, upload } from './cases.ts';

const scaled = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.sub(y!.mul(u!))]);

describe('forms', () => {
  it('that differ in one number are two', () => {
    const [form, known] = [new Form(), new Known<string>()];
    const of = (...values: number[]) => {
      form.restarted().list(values);
      return form;
    };
    known.set(of(1, 2, 3), 'first');
    known.set(of(1, 2), 'second');
    expect([known.get(of(1, 2, 3)), known.get(of(1, 2)), known.get(of(1, 2, 4)), known.get(of())]).toEqual(['first', 'second', undefined, undefined]);
  });

  it('are not remembered without end', () => {
    const [form, known] = [new Form(), new Known<number>()];
    let forgotten = 0;
    for (let i = 0; i < 10_000; i++) {
      form.restarted().push(i);
      if (!known.set(form, i)) forgotten++;
    }
    expect(forgotten).toBe(2);
  });

  it('of other shapes are other dispatches of the same kernel', async () => {
    const device = await nullDevice();
    const a = upload(device, 'float32', numbers(9000));
    for (let n = 1; n <= 9000; n += 2) device.map(scaled, [dense(a, [n]), dense(a, [n])], [n], [{ storage: a, offset: 0 }], [n]);
    await device.read(a, 0, 1);
    expect((device.backend as WebGpuBackend).engine.counts().kernels).toBeLessThanOrEqual(2);
    await device.destroy();
  });
});

it.skipIf(!available)(`the same form elsewhere, with other numbers${unavailable}`, async () => {
  const device = await webgpu();
  const a = upload(device, 'float32', numbers(400));
  const host = numbers(400);
  for (const [from, other, rate] of [[0, 100, 0.5], [200, 60, -2], [16, 300, 1e-3]] as const) {
    const to = target(device, 'float32', [80]);
    const at = (offset: number) => ({ storage: a, shape: [80], strides: [1], offset, bounds: [] });
    device.map(scaled, [at(from), at(other)], [rate], [to], [80]);
    const expected = Float32Array.from({ length: 80 }, (_, i) => Math.fround(host[from + i]! - Math.fround(host[other + i]! * Math.fround(rate))));
    (await device.read(to.storage, 0, 80)).forEach((x, i) => { expect(x).toBeCloseTo(expected[i]!, 5); });
  }
  await device.destroy();
});
