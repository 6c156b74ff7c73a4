import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { missing, openDevice } from '../src/device.ts';
import { checkWritable, type Metrics, writeMetrics } from '../src/metrics-file.ts';
import type { Options } from '../src/options.ts';
import { Report } from '../src/report.ts';
import { train } from '../src/train.ts';

const options: Options = {
  dataset: 'digits', dataDir: 'none', epochs: 2, batchSize: 32, device: 'reference', seed: 0, model: 'small', scale: 'raw', split: 'lecture', out: 'none',
};

/** Trains; the answer is the metrics and the lines printed. */
async function run(changes: Partial<Options> = {}) {
  let printed = '';
  const metrics = await train({ ...options, ...changes }, new Report({ write: (text) => (printed += text) }));
  return { metrics, lines: printed.trimEnd().split('\n') };
}

const timeless = (metrics: Metrics) => ({ ...metrics, epochs: metrics.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) });

describe('the program', () => {
  let first: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => void (first = await run()));

  it('learns the digits', () => {
    expect(first.metrics.testAccuracy).toBeGreaterThan(0.9);
    expect(first.metrics.testAccuracy).toBe(first.metrics.epochs.at(-1)?.valAccuracy);
  });

  it('says what its numbers are means of', () => {
    const number = String.raw`\d\.\d{4}`;
    expect(first.lines[0]).toMatch(/^Device: /);
    expect(first.lines[1]).toBe('Digits: 1,347 images to train on, 450 held out (a stratified quarter).');
    expect(first.lines[2]).toMatch(new RegExp(
      String.raw`^Epoch \[1/2\], Loss: ${number} \(mean of 43 batches\), Accuracy: ${number} \(1,347 images\), ` +
      String.raw`Validation loss: ${number} \(mean of 15 batches\), Validation accuracy: ${number} \(450 images\), [\d.]+ s$`,
    ));
    expect(first.lines[4]).toMatch(/^Test accuracy: 0\.\d{4} \(450 held-out images\)$/);
  });

  it('gives the same numbers again, whatever the number of threads, and others with another seed', async () => {
    const numbers = async (changes: Partial<Options>) => timeless((await run({ device: 'cpu', epochs: 1, ...changes })).metrics);
    const [one, two, other] = [await numbers({ threads: 1 }), await numbers({ threads: 2 }), await numbers({ seed: 1 })];
    expect({ ...two, engine: one.engine }).toEqual(one);
    expect(other.epochs[0]!.trainLoss).not.toBe(one.epochs[0]!.trainLoss);
    expect(one.epochs[0]!.trainLoss).toBeCloseTo(first.metrics.epochs[0]!.trainLoss, 3);
  });

  it('evaluates an untrained network where there are no epochs', async () => {
    const { metrics } = await run({ epochs: 0 });
    expect(metrics.epochs).toEqual([]);
    expect(metrics.testAccuracy).toBeLessThan(0.4);
  });

  it('writes metrics.json whole', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'nn-app-')), 'a/b');
    await checkWritable(folder);
    const path = await writeMetrics(folder, first.metrics);
    expect(path).toBe(join(folder, 'metrics.json'));
    const read = JSON.parse(readFileSync(path, 'utf8')) as Metrics;
    expect(Object.keys(read)).toEqual(['device', 'engine', 'seed', 'dataset', 'epochs', 'testAccuracy']);
    expect(read).toMatchObject({ device: 'reference', engine: expect.any(String), seed: 0, dataset: 'digits' });
    for (const epoch of read.epochs) expect(Object.keys(epoch)).toEqual(['epoch', 'trainLoss', 'trainAccuracy', 'valLoss', 'valAccuracy', 'seconds']);
    expect(read.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('refuses a folder that it cannot write into', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'nn-app-')), 'file');
    writeFileSync(file, '');
    await expect(checkWritable(join(file, 'folder'))).rejects.toThrow(/^out: cannot write into .*file\/folder.*--out/);
    await expect(checkWritable('/proc/nn/out')).rejects.toThrow(/^out: cannot write into /);
  });

  it('stops at a loss that is not a number, naming epoch and step', () => {
    const report = new Report({ write: () => undefined });
    report.epochBegins(2, 5, 43);
    report.step(1);
    expect(() => report.step(NaN)).toThrow(/^train: the loss is NaN at epoch 2, step 2\. /);
  });

  it('opens devices by name', async () => {
    expect((await openDevice({ device: 'reference' })).name).toBe('reference');
    expect(missing('webgpu', undefined).message).toMatch(/@nn\/backend-webgpu is not installed.*npm run build/);
  });
});
