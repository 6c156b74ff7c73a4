/** The program as a user runs it, on the small digits. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

describe('vision', () => {
  for (const [model, parameters] of [['cnn', '53.2 K'], ['resnet', '77.8 K']]) {
    it(`learns the digits with a ${model}`, { timeout: 60_000 }, () => {
      const { status, stdout, stderr } = run('--model', model!, '--dataset', 'digits', '--epochs', '2');
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`${parameters}    Total params`);
      expect(Number(/Test accuracy: ([\d.]+) \(450 images\)/.exec(stdout)?.[1])).toBeGreaterThan(0.85);
    });
  }

  it('shows its options, and says what is wrong with them', () => {
    expect(run('--help').stdout).toContain('--limit');
    const { status, stderr } = run('--model', 'mlp');
    expect([status, stderr]).toEqual([2, "error: option '--model <name>' argument 'mlp' is invalid. Allowed choices are cnn, resnet.\n--help lists all options.\n"]);
  });
});
