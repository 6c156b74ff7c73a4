/** When a device has the engine collect what only finalization frees. */
import { afterEach, expect, it, vi } from 'vitest';
import { ones, reference } from '@nn/tensor';

const collect = vi.fn<() => void>();
// At once, since the collector is looked for only once.
Object.assign(globalThis, { gc: collect });
afterEach(() => { collect.mockClear(); });

/** 1 MiB. */
const SHAPE = [2 ** 18];

it('collects where values are left behind', async () => {
  const device = reference();
  for (let i = 0; i < 10; i++) {
    ones(SHAPE, { device });
    await device.relieve();
  }
  // After the third MiB each time.
  expect(collect).toHaveBeenCalledTimes(3);
});

it('leaves alone who releases', async () => {
  const device = reference();
  for (let i = 0; i < 10; i++) {
    ones(SHAPE, { device }).release();
    await device.relieve();
  }
  expect(collect).not.toHaveBeenCalled();
});

it('counts a storage once, however many tensors see it', async () => {
  const device = reference();
  const x = ones(SHAPE, { device });
  for (let i = 0; i < 10; i++) {
    x.reshape(2, -1);
    await device.relieve();
  }
  expect(collect).not.toHaveBeenCalled();
});

it('does not take off what an earlier collection was for', async () => {
  const device = reference();
  const early = [0, 1, 2].map(() => ones(SHAPE, { device }));
  await device.relieve();
  expect(collect).toHaveBeenCalledTimes(1);
  for (const x of early) x.release();
  for (let i = 0; i < 3; i++) ones(SHAPE, { device });
  await device.relieve();
  expect(collect).toHaveBeenCalledTimes(2);
});
