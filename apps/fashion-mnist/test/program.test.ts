/** The program as it is started: statuses, streams, files. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fashionFolder, idx, temporary } from './idx-files.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function start(...args: string[]) {
  const { NN_DATA_DIR: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@nn/source', program, ...args], { encoding: 'utf8', cwd: temporary(), env });
  return { status, stdout, stderr };
}

describe('npm start', () => {
  it('prints its help', () => {
    const { status, stdout, stderr } = start('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: npm start -- \[options\]/);
  });

  it('ends with status 2 where the command line is wrong', () => {
    const { status, stdout, stderr } = start('--epocs', '1');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown option '--epocs'\s+\(Did you mean --epochs\?\)/);
  });

  it('trains on the digits without data, one plain line an epoch', () => {
    const out = join(temporary(), 'run');
    const { status, stdout, stderr } = start('--model', 'small', '--epochs', '1', '--out', out);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Training small on fashion-mnist/);
    expect(stdout).toContain('training on the embedded digits instead');
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toContain('\r');
    expect(stdout.match(/^Epoch \[/gm)).toHaveLength(1);
    const metrics = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as { dataset: string; testAccuracy: number };
    expect(metrics.dataset).toBe('digits');
    expect(metrics.testAccuracy).toBeGreaterThan(0.7);
  });

  for (const loop of ['plain', 'trainer']) {
    it(`saves what was learned where Ctrl-C ends it, with --loop ${loop}`, async () => {
      const out = temporary();
      const child = spawn(process.execPath, ['--conditions=@nn/source', program, '--dataset', 'digits', '--model', 'small', '--epochs', '100000', '--loop', loop, '--out', out], { stdio: ['ignore', 'pipe', 'inherit'] });
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const before = printed;
        printed += text;
        if (printed.includes('Epoch [2/') && !before.includes('Epoch [2/')) child.kill('SIGINT');
      });
      expect((await once(child, 'exit'))[0]).toBe(130);
      expect(printed).toMatch(/Interrupted: finishing the step[^]*Test accuracy: [^]*Wrote .*metrics.json, and beside it model.safetensors, curves.svg/);
      const { epochs, testAccuracy } = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as { epochs: object[]; testAccuracy: number };
      expect(epochs.length).toBeGreaterThanOrEqual(2);
      expect(testAccuracy).toBeGreaterThan(0.8);
    });
  }

  it('says that it cannot write before it trains', () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    const { status, stdout, stderr } = start('--out', join(file, 'run'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^out: cannot write into /);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says what is wrong with damaged files, and leaves no metrics behind', () => {
    const out = temporary();
    const { status, stderr } = start('--data-dir', fashionFolder({ 'train-labels-idx1-ubyte': idx([39]) }), '--out', out);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^FashionMNIST: the files do not belong together: 40 images \(.*\) and 39 labels/);
    expect(existsSync(join(out, 'metrics.json'))).toBe(false);
  });
});
