/** The program as a user runs it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

describe('tables', () => {
  it('are learned, by the output that their question needs', { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = run();
    expect([status, stderr]).toEqual([0, '']);
    const found = (pattern: RegExp) => Array.from(stdout.matchAll(pattern), ([, value]) => Number(value));
    const [accuracy, guessed] = found(/accuracy ([\d.]+)/g);
    expect(accuracy).toBeGreaterThan(0.95);
    expect(guessed).toBe(0.629);
    const [r2, zero] = found(/R² (-?[\d.]+)/g);
    expect(r2).toBeGreaterThan(0.3);
    expect(Math.abs(zero!)).toBeLessThan(0.05);
    expect(stdout).toContain('breast-cancer: is a tumour benign? 569 rows of 30 features; at the end of the network a sigmoid');
    expect(stdout).toContain('diabetes: how far does diabetes progress in a year? 442 rows of 10 features; at the end of the network nothing');
  });

  it('show their options, and say what is wrong with them', () => {
    expect(run('--help').stdout).toContain('--weight-decay');
    const { status, stderr } = run('--table', 'wine');
    expect([status, stderr]).toEqual([2, "error: option '--table <name>' argument 'wine' is invalid. Allowed choices are both, breast-cancer, diabetes.\n--help lists all options.\n"]);
  });
});
