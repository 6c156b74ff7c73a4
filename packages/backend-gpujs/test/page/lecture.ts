/** The lecture's program on WebGL 2, beside the CPU in the same page. */
import { cpu } from '@nn/backend-cpu';
import { digits } from '@nn/data';
import { contiguous, identity } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import type { GpuJsBackend } from '../../src/backend.ts';
import { gpujs } from '../../src/index.ts';
import { apart, lecture } from '../lecture.ts';

const data = digits({ scale: 'unit', shape: [64] });

describe('webgl2', () => {
  it("trains as the CPU does: the first 40 losses to 1e-3", async () => {
    const options = { pixels: 64, hidden: 64 };
    const expected = await lecture(await cpu(), data, options);
    const found = await lecture(await gpujs({ mode: 'webgl2' }), data, options);
    expect(found.drawn).toEqual(expected.drawn);
    expect(apart(found, expected)).toBeLessThan(1e-3);
  });

  it('2,000 steps leave textures and kernels flat', async () => {
    const device = await gpujs({ mode: 'webgl2' });
    const backend = device.backend as GpuJsBackend;
    const { create, remove } = counted();
    const weights = device.allocate('float32', 64);
    device.write(weights, new Float32Array(64).fill(1));
    const all = { storage: weights, ...contiguous([8, 8]) };
    let early: readonly number[] = [];
    for (let step = 0; step < 2000; step++) {
      const product = device.allocate('float32', 64);
      device.matmul(all, all, { storage: product, offset: 0 });
      device.map(identity('float32'), [{ storage: product, ...contiguous([64]) }], [], [{ storage: weights, offset: 0 }], [64]);
      device.free(product);
      if (step % 500 === 0) await device.read(weights, 0, 1);
      if (step === 10) early = [backend.handles, backend.kernels, create.calls - remove.calls];
    }
    expect([backend.handles, backend.kernels, create.calls - remove.calls]).toEqual(early);
  });
});

/** Counts the textures that are made and deleted from now on. */
function counted(): { create: { calls: number }; remove: { calls: number } } {
  const gl = WebGL2RenderingContext.prototype;
  const [create, remove] = [{ calls: 0 }, { calls: 0 }];
  const { createTexture, deleteTexture } = gl;
  gl.createTexture = function () {
    create.calls++;
    return createTexture.call(this);
  };
  gl.deleteTexture = function (texture) {
    if (texture) remove.calls++;
    deleteTexture.call(this, texture);
  };
  return { create, remove };
}
