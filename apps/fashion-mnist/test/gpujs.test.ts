/** By gpu.js the program does what it does on the CPU: the same masks, and the first 40 losses. */
import { describe, expect, it } from 'vitest';
import { difference } from './losses.ts';

const dataDir = process.env.NN_DATA_DIR;

describe("by gpu.js losses are the CPU's", () => {
  it.each(['dropout', 'regularized'] as const)('%s', async (model) => { expect(await difference('gpujs', 40, { model, l2: 1e-4 })).toBeLessThan(1e-6); }, 60_000);
  it('mlp on Fashion-MNIST', { timeout: 120_000 }, async ({ skip }) => {
    if (!dataDir) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    expect(await difference('gpujs', 40, { dataset: 'fashion-mnist', dataDir: dataDir! })).toBeLessThan(1e-6);
  });
});
