/** The lecture's program: data, model, loop, and what came of it. */
import '@nn/autograd';
import { join } from 'node:path';
import { DataLoader } from '@nn/data';
import { loadSafetensors, type Module, saveSafetensors } from '@nn/layers';
import { manualSeed, setDefaultDevice } from '@nn/tensor';
import { summary } from '@nn/train';
import { type Data, loadData } from './data.ts';
import { openDevice } from './device.ts';
import { type Examination, examine } from './examine.ts';
import { onInterrupt } from './interrupt.ts';
import type { EpochMetrics, Metrics } from './metrics-file.ts';
import { buildModel } from './models.ts';
import type { Options } from './options.ts';
import { Report } from './report.ts';

/** What a run came to, and the file names that {@link save} gives it. */
export interface Outcome {
  readonly metrics: Metrics;
  readonly model: Module;
  readonly data: Data;
  readonly examination: Examination;
  readonly interrupted: boolean;
}

export async function train(options: Options, report = new Report(options.epochs)): Promise<Outcome> {
  const device = await openDevice(options);
  report.device(device, options);
  setDefaultDevice(device);
  manualSeed(options.seed);

  const data = await loadData(options);
  report.data(data);
  const trainLoader = new DataLoader(data.train, { batchSize: options.batchSize, shuffle: true });
  const testLoader = new DataLoader(data.held, { batchSize: options.batchSize });

  const model = buildModel(options, data.pixels);
  if (options.load !== undefined) model.loadStateDict((await loadSafetensors(options.load)).tensors);
  report.line(summary(model));

  const interrupt = onInterrupt((text) => report.line(text));
  try {
    const loop = options.loop === 'plain' ? (await import('./plain-loop.ts')).plainLoop : (await import('./trainer-loop.ts')).trainerLoop;
    const epochs: EpochMetrics[] = options.epochs === 0 ? [] : await loop({ model, trainLoader, testLoader, options, report, interrupt: interrupt.signal });
    const examination = await examine(model, testLoader, data.classes.length);
    report.end(examination, data);
    const metrics = { device: options.device === 'auto' ? device.name as Options['device'] : options.device, engine: device.describe(), seed: options.seed, dataset: data.dataset, epochs, testAccuracy: examination.accuracy };
    return { metrics, model, data, examination, interrupted: interrupt.signal.aborted };
  } finally {
    interrupt.release();
  }
}

/** Writes the weights and the pictures; gives the names of the files. */
export async function save(folder: string, { metrics, model, data, examination }: Outcome): Promise<string[]> {
  await saveSafetensors(join(folder, 'model.safetensors'), model.stateDict());
  const { writePictures } = await import('./pictures.ts'); // charts are slow to load
  return ['model.safetensors', ...(await writePictures(folder, data, metrics.epochs, examination))];
}
