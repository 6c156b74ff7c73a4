/** The program as it is started: what it prints and draws. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const start = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8' });

it('learns the moons, prints what its README shows, and draws the boundary', () => {
  const out = mkdtempSync(join(tmpdir(), 'nn-moons-'));
  const { status, stdout, stderr } = start('--out', out);
  expect([status, stderr]).toEqual([0, '']);
  const [, shown] = /```text\n([\s\S]*?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? [];
  // Engines round differently: the words are the README's, and the numbers near its.
  const accuracies = (text = '') => Array.from(text.matchAll(/accuracy (\d\.\d\d)/g), ([, accuracy]) => Number(accuracy));
  const words = (text = '') => text.replaceAll(/\d\.\d\d|\d+(?= iterations)/g, '#');
  expect(words(stdout.replace(out, 'out'))).toBe(words(shown));
  for (const [i, accuracy] of accuracies(stdout).entries()) expect(Math.abs(accuracy - accuracies(shown)[i]!)).toBeLessThanOrEqual(0.09);
  expect(readdirSync(out).sort()).toEqual(['moons-relu.svg', 'moons-tanh.svg']);
  const svg = readFileSync(join(out, 'moons-tanh.svg'), 'utf8');
  expect(svg).toMatch(/^<svg .*<\/svg>$/s);
  expect(svg.match(/<circle/g)).toHaveLength(75);
});

it('says what is wrong', () => {
  const { status, stderr } = start('--layers', 'two');
    expect([status, stderr]).toEqual([2, "error: option '--layers <n>' argument 'two' is invalid. It takes a whole number from 1 on.\n--help lists all options.\n"]);
  expect(start('--device', 'tpu').stderr).toBe('device: there is no tpu. Use cpu, webgpu, gpujs, reference, auto.\n');
  expect(start('--help').stdout).toContain('--device');
});
