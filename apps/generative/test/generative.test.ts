/** The program as a user runs it, on the small digits; and what the networks compute. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manualSeed, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { VAE } from '../src/models.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
const small = ['--dataset', 'digits', '--epochs', '12', '--hidden', '64', '--batch-size', '32', '--lr', '0.003'];

describe('generative', () => {
  it('a VAE learns the digits, and makes some up', { timeout: 60_000 }, () => {
    const out = mkdtempSync(join(tmpdir(), 'nn-generative-'));
    const { status, stdout, stderr } = run(...small, '--latent', '6', '--out', out);
    expect([status, stderr]).toEqual([0, '']);
    const [, bound, reconstruction, divergence] = /held out: ([\d.]+) nats an image \(reconstruction ([\d.]+), divergence ([\d.]+)\)/.exec(stdout)!.map(Number);
    expect(bound).toBeCloseTo(reconstruction! + divergence!, 1);
    // A decoder that ignores its numbers stays above 27.
    expect(bound).toBeLessThan(26.5);
    expect(divergence).toBeGreaterThan(1);
    expect(readdirSync(out).sort()).toEqual(['vae-reconstructions.svg', 'vae-samples.svg', 'vae-ways.svg']);
    expect(readFileSync(join(out, 'vae-samples.svg'), 'utf8').match(/<g /g)).toHaveLength(40);
  });

  it('an autoencoder reconstructs better, and has no divergence', { timeout: 60_000 }, () => {
    const out = mkdtempSync(join(tmpdir(), 'nn-generative-'));
    const { status, stdout, stderr } = run(...small, '--model', 'autoencoder', '--latent', '6', '--out', out);
    expect([status, stderr]).toEqual([0, '']);
    expect(Number(/held out: reconstruction ([\d.]+) nats an image\n/.exec(stdout)?.[1])).toBeLessThan(21);
    expect(readdirSync(out)).toEqual(['autoencoder-reconstructions.svg']);
  });

  it("the divergence is the paper's, and gradients reach the variance", async () => {
    manualSeed(0);
    const model = new VAE(4, 3, 2);
    const images = tensor([[0, 1, 0.5, 1], [1, 0, 0, 0.25]]);
    const { reconstruction, divergence } = model.cost(images);
    const [said] = [await model.encoder.forward(images).toArray() as number[][]];
    const expected = said.map(([m1, m2, v1, v2]) => [[m1, v1], [m2, v2]].map(([m, v]) => (m! ** 2 + Math.exp(v!) - v! - 1) / 2)).flat().reduce((a, b) => a + b, 0) / 2;
    expect(await divergence.item()).toBeCloseTo(expected, 5);
    reconstruction.backward();
    const last = model.encoder.parameters().at(-1)!;
    expect((await last.grad!.data()).every((value) => value !== 0)).toBe(true);
  });

  it('shows its options, and says what is wrong with them', () => {
    expect(run('--help').stdout).toContain('--latent');
    const { status, stderr } = run('--latent', '0');
    expect([status, stderr]).toEqual([2, "error: option '--latent <n>' argument '0' is invalid. It takes a whole number from 1 on.\n--help lists all options.\n"]);
  });
});
