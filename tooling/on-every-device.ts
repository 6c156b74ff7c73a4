/** A training gives the same losses on every device that can run here. */
import { type Device, reference } from '@nn/tensor';
import { openDevice } from '@nn/train';
import { expect, it } from 'vitest';

/** A test for each device: the `losses` of a few steps there lie within 1e-4 of the reference's. */
export function testOnEveryDevice(losses: (device: Device) => Promise<readonly number[]>): void {
  const expected = losses(reference());
  for (const name of ['cpu', 'webgpu', 'gpujs']) {
    it(`on ${name} as on the reference`, { timeout: 60_000 }, async (context) => {
      const wanted = await expected;
      const device = await openDevice(name).catch((error: Error) => context.skip(error.message));
      const found = await losses(device);
      await device.destroy();
      wanted.forEach((loss, step) => { expect(Math.abs(found[step]! - loss) / loss, `step ${step}`).toBeLessThan(1e-4); });
    });
  }
}
