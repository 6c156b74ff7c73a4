import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, randn } from '@nn/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { missing, openDevice } from '../src/device.ts';
import { checkWritable, type Metrics, writeMetrics } from '../src/metrics-file.ts';
import { buildModel, type ModelName } from '../src/models.ts';
import type { Options } from '../src/options.ts';
import { Report } from '../src/report.ts';
import { save, train } from '../src/train.ts';

const options: Options = {
  dataset: 'digits', dataDir: 'none', epochs: 2, batchSize: 32, device: 'reference', seed: 0, model: 'small', api: 'sequential', loop: 'plain', l1: 0, l2: 0, weightDecay: 0, scale: 'raw', split: 'lecture', out: 'none',
};

/** Trains; the answer is what it came to, and the lines printed. */
async function run(changes: Partial<Options> = {}) {
  let printed = '';
  const wanted = { ...options, ...changes };
  const outcome = await train(wanted, new Report(wanted.epochs, { write: (text) => (printed += text) }));
  return { ...outcome, lines: printed.trimEnd().split('\n') };
}

const timeless = (metrics: Metrics) => ({ ...metrics, epochs: metrics.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) });

describe('the models', () => {
  const sizes: Readonly<Record<ModelName, number>> = { mlp: 669_706, small: 209_514, dropout: 669_706, batchnorm: 542_079, regularized: 228_181 };
  for (const [model, size] of Object.entries(sizes) as [ModelName, number][]) {
    it(`${model}: ${size} parameters, written either way`, async () => {
      const [list, written] = (['sequential', 'class'] as const).map((api) => {
        manualSeed(3);
        const built = buildModel({ model, api }, 784);
        return { built, outputs: built.forward(randn([4, 784])) };
      });
      expect(list!.built.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(size);
      expect(await written!.outputs.toArray()).toEqual(await list!.outputs.toArray());
    });
  }
});

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
    expect(first.lines[2]).toBe('  | Name | Type   | Params | Mode ');
    expect(first.lines).toContain('25.2 K    Trainable params');
    const [epoch, next] = first.lines.filter((line) => line.startsWith('Epoch ['));
    expect(epoch).toMatch(new RegExp(
      String.raw`^Epoch \[1/2\], Loss: ${number} \(mean of 43 batches\), Accuracy: ${number} \(1,347 images\), ` +
      String.raw`Validation loss: ${number} \(mean of 15 batches\), Validation accuracy: ${number} \(450 images\), [\d.]+ s, [\d,]+ images/s, about \d+ (s|min) left$`,
    ));
    expect(next).toMatch(/images\/s$/);
    const end = first.lines.findIndex((line) => /^Test accuracy: 0\.\d{4} \(450 held-out images\)$/.test(line));
    expect(first.lines[end + 1]).toBe(`    ${Array.from({ length: 10 }, (_, i) => String(i).padStart(5)).join('')}`.slice(3));
    expect(first.lines.at(-1)).toMatch(/^ {2}image \d+ is \d, the network says \d$/);
  });

  it('gives the same numbers again, whatever the number of threads, and others with another seed', async () => {
    const numbers = async (changes: Partial<Options>) => timeless((await run({ device: 'cpu', epochs: 1, ...changes })).metrics);
    const [one, two, other] = [await numbers({ threads: 1 }), await numbers({ threads: 2 }), await numbers({ seed: 1 })];
    expect({ ...two, engine: one.engine }).toEqual(one);
    expect(other.epochs[0]!.trainLoss).not.toBe(one.epochs[0]!.trainLoss);
    expect(one.epochs[0]!.trainLoss).toBeCloseTo(first.metrics.epochs[0]!.trainLoss, 3);
  });

  it('gives the same numbers by the plain loop and by the Trainer, written as a list or as a class', async () => {
    for (const model of ['small', 'regularized'] as const) {
      const numbers = async (changes: Partial<Options>) => timeless((await run({ device: 'cpu', epochs: 1, model, ...changes })).metrics);
      const one = await numbers({});
      expect(await numbers({ loop: 'trainer' })).toEqual(one);
      expect(await numbers({ api: 'class' })).toEqual(one);
      expect(await numbers({ api: 'class', loop: 'trainer' })).toEqual(one);
    }
  });

  it('adds penalties, and decays weights', async () => {
    const of = async (changes: Partial<Options>) => (await run({ device: 'cpu', epochs: 1, ...changes })).metrics.epochs[0]!;
    const [plain, l1, l2, decay] = [await of({}), await of({ l1: 1e-4 }), await of({ l2: 1e-3 }), await of({ weightDecay: 1e-3 })];
    expect(new Set([plain, l1, l2, decay].map(({ valLoss }) => valLoss)).size).toBe(4);
    expect(await of({ l1: 1e-4, l2: 1e-3, loop: 'trainer' })).toEqual({ ...await of({ l1: 1e-4, l2: 1e-3 }), seconds: expect.any(Number) });
  });

  it('stops early, in both loops alike', async () => {
    const of = async (loop: Options['loop']) => (await run({ device: 'cpu', epochs: 30, model: 'small', loop, earlyStopping: 1 })).metrics.epochs;
    const [plain, trainer] = [await of('plain'), await of('trainer')];
    expect(plain.length).toBeLessThan(30);
    expect(plain.at(-1)!.valLoss).toBeGreaterThan(plain.at(-2)!.valLoss);
    expect(trainer.map(({ valLoss }) => valLoss)).toEqual(plain.map(({ valLoss }) => valLoss));
  });

  it('saves the network and its pictures, and evaluates it again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nn-app-'));
    const files = await save(folder, first);
    expect(files).toEqual(['model.safetensors', 'curves.svg', 'samples.svg', 'confusion.svg', 'mistakes.svg']);
    for (const file of files.slice(1)) expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^<svg [^]*<\/svg>$/);
    const again = await run({ epochs: 0, load: join(folder, 'model.safetensors'), seed: 0 });
    expect(again.metrics.testAccuracy).toBe(first.metrics.testAccuracy);
    await expect(run({ epochs: 0, model: 'mlp', load: join(folder, 'model.safetensors') })).rejects.toThrow(/0\.weight/);
    await expect(run({ epochs: 0, load: join(folder, 'none') })).rejects.toThrow(/none/);
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
    const report = new Report(5, { write: () => undefined });
    report.epochBegins(2, 43);
    report.step(1, 32);
    expect(() => report.step(NaN, 32)).toThrow(/^train: the loss is NaN at epoch 2, step 2\. /);
  });

  it('opens devices by name', async () => {
    expect((await openDevice({ device: 'reference' })).name).toBe('reference');
    expect(missing('webgpu', undefined).message).toMatch(/@nn\/backend-webgpu is not installed.*npm run build/);
  });
});
