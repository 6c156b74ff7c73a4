import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { CSVLogger, TensorBoardLogger, Trainer } from '@nn/train';
import { crc32c } from '../src/loggers/event-file.ts';
import { quiet, setUp } from './task.ts';

describe('lines', () => {
  it('say what each number is of', async () => {
    let printed = '';
    const { task, trainLoader, valLoader } = setUp();
    const trainer = new Trainer({ maxEpochs: 2, enableModelSummary: false, limitTrainBatches: 3, output: { write: (text) => (printed += text) } });
    await trainer.fit(task, trainLoader, valLoader);
    await trainer.test(task, valLoader);
    const number = '\\d\\.\\d{4}';
    const line = (epoch: number) => `Epoch \\[${epoch}/2\\]: train_loss ${number} \\(mean over 96 examples\\), train_acc ${number} \\(mean over 96 examples\\), ` +
      `val_loss ${number} \\(mean over 450 examples\\), val_acc ${number} \\(mean over 450 examples\\), [\\d.]+ s\\n`;
    expect(printed).toMatch(new RegExp(`^${line(1)}${line(2)}Test: test_loss ${number} \\(mean over 450 examples\\)\\n$`));
  });

  it('tell of an interruption', async () => {
    let printed = '';
    const { task, trainLoader } = setUp();
    const abort = new AbortController();
    abort.abort();
    await new Trainer({ maxEpochs: 2, enableModelSummary: false, signal: abort.signal, output: { write: (text) => (printed += text) } }).fit(task, trainLoader);
    expect(printed).toBe('Interrupted in epoch 1, after 0 steps; what was learned is kept.\n');
  });
});

describe('CSVLogger', () => {
  let folder = '';
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'nn-')); });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes a row a step, in versions', async () => {
    const run = async () => {
      const { task, trainLoader, valLoader } = setUp();
      const logger = new CSVLogger(folder, { name: 'digits' });
      await quiet({ maxEpochs: 1, limitTrainBatches: 4, logEveryNSteps: 2, logger }).fit(task, trainLoader, valLoader);
      return logger.path!;
    };
    const path = await run();
    expect(path).toBe(join(folder, 'digits/version_0/metrics.csv'));
    const [header, ...rows] = (await readFile(path, 'utf8')).trim().split('\n').map((row) => row.split(','));
    expect(header).toEqual(['step', 'epoch', 'train_loss_step', 'train_acc_step', 'val_loss', 'val_acc', 'train_loss_epoch', 'train_acc_epoch']);
    expect(rows.map((row) => row.map((cell) => (cell === '' ? '-' : 'x')).join(''))).toEqual(['xxxx----', 'xxxxxxxx']);
    expect(rows.map((row) => row[0])).toEqual(['2', '4']);
    expect(await run()).toBe(join(folder, 'digits/version_1/metrics.csv'));
  });
});

/** Reads records, messages and their fields back, checking every checksum; written apart from the writer. */
function eventsIn(file: Uint8Array): { step: number; version?: string; values: Record<string, number> }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const check = (from: number, to: number): number => {
    let crc = 0xffffffff;
    for (const byte of file.subarray(from, to)) for (let bit = 0; bit < 8; bit++) crc = (crc & 1) ^ ((byte >> bit) & 1) ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    crc = (crc ^ 0xffffffff) >>> 0;
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const fields = function* (from: number, to: number): Generator<[field: number, from: number, to: number, number: number]> {
    const varint = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = file[from++]!;
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    };
    while (from < to) {
      const key = varint();
      const [field, kind] = [key >> 3, key & 7];
      if (kind === 0) yield [field, 0, 0, varint()];
      else {
        const size = kind === 2 ? varint() : kind === 1 ? 8 : 4;
        yield [field, from, from + size, 0];
        from += size;
      }
    }
  };
  const textOf = (from: number, to: number) => new TextDecoder().decode(file.subarray(from, to));
  const events: ReturnType<typeof eventsIn> = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(check(at, at + 8));
    expect(view.getUint32(at + 12 + length, true)).toBe(check(at + 12, at + 12 + length));
    const event: (typeof events)[number] = { step: 0, values: {} };
    for (const [field, from, to, number] of fields(at + 12, at + 12 + length)) {
      if (field === 2) event.step = number;
      if (field === 3) event.version = textOf(from, to);
      if (field !== 5) continue;
      for (const [, valueFrom, valueTo] of fields(from, to)) {
        let tag = '';
        for (const [part, partFrom, partTo] of fields(valueFrom, valueTo)) {
          if (part === 1) tag = textOf(partFrom, partTo);
          else event.values[tag] = view.getFloat32(partFrom, true);
        }
      }
    }
    events.push(event);
    at += 16 + length;
  }
  return events;
}

describe('TensorBoardLogger', () => {
  it('writes event files that can be read back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nn-'));
    try {
      const logger = new TensorBoardLogger(`${folder}/`, { name: 'my_experiment', version: 3 });
      await logger.logMetrics({ epoch: 0, train_loss_step: 0.5 }, 300);
      await logger.logMetrics({ 'Größe': -1e-7, nothing: NaN }, 2 ** 40);
      expect(logger.path).toMatch(/my_experiment\/version_3\/events\.out\.tfevents\.\d+\.nn\.\d+\.0$/);
      expect(eventsIn(await readFile(logger.path!))).toEqual([
        { step: 0, version: 'brain.Event:2', values: {} },
        { step: 300, values: { epoch: 0, train_loss_step: 0.5 } },
        { step: 2 ** 40, values: { 'Größe': Math.fround(-1e-7), nothing: NaN } },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has the published checksum', () => { expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283); });
});
