/** The program as a user runs it, only shorter. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

describe('text', () => {
  for (const model of ['lstm', 'transformer']) {
    it(`learns with a ${model}`, () => {
      const { status, stdout, stderr } = run('--model', model, '--steps', '60', '--width', '32', '--context', '32', '--lr', '0.01', '--length', '20');
      expect([status, stderr]).toEqual([0, '']);
      const loss = Number(/held out: loss ([\d.]+)/.exec(stdout)?.[1]);
      expect(loss).toBeLessThan(3.3); // knowing nothing costs log(characters), more than 4
      expect(stdout.trimEnd().length).toBeGreaterThan(100);
    });
  }

  it('shows its options, and says what is wrong with them', () => {
    expect(run('--help').stdout).toContain('--temperature');
    const { status, stderr } = run('--model', 'mlp');
    expect([status, stderr]).toEqual([2, "error: option '--model <name>' argument 'mlp' is invalid. Allowed choices are lstm, transformer.\n--help lists all options.\n"]);
  });
});
