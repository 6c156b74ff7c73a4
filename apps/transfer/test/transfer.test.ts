/** The program as a user runs it, on the small digits. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

/** What the program printed, taken apart; the frozen features are checked to be as before. */
function learned(...args: string[]): { first: number; transferred: number; scratch: number; stdout: string } {
  const { status, stdout, stderr } = run(...args);
  expect([status, stderr]).toEqual([0, '']);
  const frozen = Array.from(stdout.matchAll(/frozen features (\w+) before, (\w+) after/g), ([, before, after]) => [before, after]);
  expect(frozen).toHaveLength(2);
  for (const [before, after] of frozen) expect(after).toBe(before);
  const [first, transferred, scratch] = /accuracy ([\d.]+)%[^]*mean: transferred ([\d.]+)%, from scratch ([\d.]+)%/.exec(stdout)!.slice(1).map(Number) as [number, number, number];
  return { first, transferred, scratch, stdout };
}

describe('transfer', () => {
  it('learns five digits, then five others from a few images, with the features frozen to the bit', { timeout: 60_000 }, () => {
    const { first, transferred, stdout } = learned('--dataset', 'digits', '--shots', '5', '--seeds', '2', '--base-epochs', '6');
    expect(first).toBeGreaterThan(95);
    expect(transferred).toBeGreaterThan(75);
    expect(stdout).toContain('Learned 0, 2, 3, 5, 8: accuracy');
    expect(stdout).toContain('Loaded all but the head (missing, as before: head.0.weight, head.0.bias, head.2.weight, head.2.bias)');
  });

  it('is better than from scratch on clothes', { timeout: 120_000 }, (context) => {
    if (!existsSync(join(process.env['NN_DATA_DIR'] ?? '', 'fashion-mnist'))) context.skip('NN_DATA_DIR names no folder with fashion-mnist');
    const { transferred, scratch } = learned('--limit', '15000', '--base-epochs', '2', '--seeds', '2', '--epochs', '30');
    expect(transferred).toBeGreaterThan(scratch);
  });

  it('shows its options, and says what is wrong with them', () => {
    expect(run('--help').stdout).toContain('--shots');
    const { status, stderr } = run('--shots', 'few');
    expect(run('--first', '0,0,1,2,3').stderr).toContain('It takes five different classes of 0 to 9: 0,2,3,5,8.');
    expect([status, stderr]).toEqual([2, "error: option '--shots <n>' argument 'few' is invalid. It takes a whole number from 1 on.\n--help lists all options.\n"]);
  });
});
