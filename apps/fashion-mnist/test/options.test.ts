import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseOptions } from '../src/options.ts';

/** What parsing gave: options, or what was printed and the code. */
function parse(...args: string[]) {
  let printed = '';
  const print = (text: string) => void (printed += text);
  try {
    return { options: parseOptions(args, { out: print, error: print }), printed, code: '' };
  } catch (error) {
    return { options: undefined, printed, code: (error as { code: string }).code };
  }
}

afterEach(() => vi.unstubAllEnvs());

describe('options', () => {
  it('are those of the lecture by default', () => {
    vi.stubEnv('NN_DATA_DIR', undefined);
    expect(parse().options).toEqual({
      dataset: 'fashion-mnist', dataDir: 'data', epochs: 5, batchSize: 32, device: 'cpu', seed: 0, model: 'mlp', api: 'sequential', loop: 'plain', l1: 0, l2: 0, weightDecay: 0, scale: 'raw', split: 'lecture', out: 'out',
    });
  });

  it('are read', () => {
    const args = '--dataset mnist --data-dir a --download --epochs 0 --batch-size 64 --device gpujs --threads 2 --seed 7 --model regularized --api class --loop trainer --l1 1e-5 --l2 1e-4 --weight-decay 0.01 --early-stopping 2 --load a/b.safetensors --scale unit --split official --out b';
    expect(parse(...args.split(' ')).options).toEqual({
      dataset: 'mnist', dataDir: 'a', download: true, epochs: 0, batchSize: 64, device: 'gpujs', threads: 2, seed: 7, model: 'regularized', api: 'class', loop: 'trainer', l1: 1e-5, l2: 1e-4, weightDecay: 0.01, earlyStopping: 2, load: 'a/b.safetensors', scale: 'unit', split: 'official', out: 'b',
    });
  });

  it('take the folder of the data from NN_DATA_DIR, unless it is given', () => {
    vi.stubEnv('NN_DATA_DIR', '/here');
    expect(parse().options?.dataDir).toBe('/here');
    expect(parse('--data-dir', '/there').options?.dataDir).toBe('/there');
  });

  it('take 3 as the patience of --early-stopping, unless it is given', () => {
    expect(parse().options?.earlyStopping).toBeUndefined();
    expect(parse('--early-stopping').options?.earlyStopping).toBe(3);
    expect(parse('--early-stopping', '5').options?.earlyStopping).toBe(5);
  });

  it('are all explained by --help, with their defaults', () => {
    const { code, printed } = parse('--help');
    expect(code).toBe('commander.helpDisplayed');
    for (const name of ['dataset', 'data-dir', 'epochs', 'batch-size', 'device', 'threads', 'seed', 'model', 'api', 'loop', 'l1', 'l2', 'weight-decay', 'scale', 'split', 'out']) {
      const [text] = printed.split(/\n(?= {2}-)/).filter((line) => line.startsWith(`  --${name} <`));
      expect(text?.replaceAll(/\s+/g, ' ')).toMatch(/default: [^)]+\)/);
    }
    expect(printed).toContain('NN_DATA_DIR');
  });

  it.each([
    [['--epoch', '3'], /unknown option '--epoch'[^]*--epochs[^]*--help/],
    [['--epochs', 'three'], /whole number from 0/],
    [['--batch-size', '0'], /whole number from 1/],
    [['--seed', '-1'], /whole number from 0/],
    [['--l1', 'much'], /number from 0/],
    [['--early-stopping', '0'], /whole number from 1/],
    [['--device', 'gpu'], /Allowed choices are cpu, webgpu, gpujs, reference, auto/],
    [['--out'], /argument missing/],
    [['extra'], /too many arguments/],
  ])('%j is refused with a hint', (args, hint) => {
    const { options, printed, code } = parse(...args);
    expect(options).toBeUndefined();
    expect(code).not.toBe('commander.helpDisplayed');
    expect(printed).toMatch(hint);
  });
});
