/** On a GPU the program does what it does on the CPU. */
import { webgpu } from '@nn/backend-webgpu';
import { describe, expect, it } from 'vitest';
import { firstImages, outside } from './epochs.ts';
import { difference } from './losses.ts';

const missing = await webgpu().then((device) => device.destroy(), (error: Error) => error.message);
const dataDir = process.env.NN_DATA_DIR;

describe.skipIf(missing !== undefined)(`on WebGPU (${missing ?? 'with an adapter'}) losses are the CPU's`, () => {
  it('the first 40 of a small network: the same weights and batches', async () => { expect(await difference('webgpu', 40, { model: 'small' })).toBeLessThan(1e-4); }, 60_000);
  // Few: sooner or later rounding decides whether a ReLU passes, and RMSprop makes much of that.
  it('the first 4 of a network with dropout: the same masks', async () => { expect(await difference('webgpu', 4, { model: 'dropout' })).toBeLessThan(1e-4); }, 60_000);
  it("the first 40 of the lecture's program on Fashion-MNIST", async ({ skip }) => {
    if (!dataDir) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    expect(await difference('webgpu', 40, { dataset: 'fashion-mnist', dataDir: dataDir! })).toBeLessThan(1e-4);
  }, 120_000);
});

describe.skipIf(missing !== undefined)(`on WebGPU (${missing ?? 'with an adapter'}) a whole epoch lies in the CPU's range over seeds`, () => {
  it('of the digits', async () => { expect(await outside('webgpu', { model: 'small' })).toEqual([]); }, 120_000);
  it('of 5,000 images of Fashion-MNIST', async ({ skip }) => {
    if (!dataDir) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    if (!process.env.NN_ALL) skip('it takes two minutes: npm run test:all, or NN_ALL=1');
    expect(await outside('webgpu', { dataset: 'fashion-mnist', dataDir: firstImages(dataDir!, 5000), split: 'official', batchSize: 64 })).toEqual([]);
  }, 600_000);
});
