/** The lecture's program on WebGL 2, beside the CPU in the same page, which is minified. */
import { cpu } from '@nn/backend-cpu';
import { type Dataset, digits, ImageDataset } from '@nn/data';
import { contiguous, identity } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import type { GpuJsBackend } from '../../src/backend.ts';
import { gpujs } from '../../src/index.ts';
import { apart, type Course, lecture, outside, type Run } from '../lecture.ts';

const small = digits({ scale: 'unit', shape: [64] });

/** The program narrower than the lecture's, since a browser without a graphics card takes its time. */
async function follows(data: Dataset, course: Course): Promise<void> {
  const expected = await lecture(await cpu(), data, course);
  const found = await lecture(await gpujs({ mode: 'webgl2' }), data, course);
  expect(found.drawn).toEqual(expected.drawn);
  expect(apart(found, expected)).toBeLessThan(1e-3);
}

describe('webgl2', () => {
  it("digits: the first 40 losses are the CPU's", async () => { await follows(small, { pixels: 64, hidden: 64 }); });

  it("5,000 images of Fashion-MNIST: the first 40 losses are the CPU's", async ({ skip }) => {
    if (!new URLSearchParams(location.search).has('fashion')) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    const [images, labels] = [await bytes('images.bin'), await bytes('labels.bin')];
    const facts = { name: 'Fashion-MNIST', rows: 28, columns: 28, classes: Array.from({ length: 10 }, String), largest: 255, mean: 0.286, std: 0.353 };
    await follows(new ImageDataset(facts, images, labels, { scale: 'unit', shape: [784] }), { pixels: 784, hidden: 64 });
  });

  it("the metrics of an epoch are in the CPU's range over seeds", async () => {
    const [found, expected]: [Run[], Run[]] = [[], []];
    for (const seed of [0, 1, 2]) {
      const course = { pixels: 64, hidden: 32, steps: 28, seed };
      found.push(await lecture(await gpujs({ mode: 'webgl2' }), small, course));
      expected.push(await lecture(await cpu(), small, course));
    }
    expect(expected[0]!.epochs.length).toBe(1);
    expect(outside(found, expected)).toEqual([]);
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

const bytes = async (file: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(file)).arrayBuffer());

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
