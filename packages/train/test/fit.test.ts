import '@nn/autograd';
import { DataLoader, digits, trainTestSplit } from '@nn/data';
import { CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { defaultDevice, manualSeed, type Tensor } from '@nn/tensor';
import { type EpochRecord, fit, validate } from '@nn/train';
import { describe, expect, it } from 'vitest';

/** A network on the digits, and all that trains it, from one seed. */
function setUp(seed = 0) {
  manualSeed(seed);
  const data = digits({ scale: 'unit', shape: [64] });
  const [train, held] = trainTestSplit(data, { stratify: data.labels, seed });
  const model = new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10));
  return {
    model,
    criterion: new CrossEntropyLoss({ labelSmoothing: 0.01 }),
    optimizer: new RMSprop(model.parameters(), { lr: 0.002 }),
    metric: new Accuracy({ task: 'multiclass', numClasses: 10 }),
    trainLoader: new DataLoader(train, { batchSize: 32, shuffle: true }),
    valLoader: new DataLoader(held, { batchSize: 32 }),
  };
}

const timeless = (history: readonly EpochRecord[]) => history.map((record) => ({ ...record, seconds: 0 }));

describe('fit', () => {
  it('learns the digits, and gives the same numbers again', async () => {
    const first = await fit({ ...setUp(), epochs: 4, progress: false });
    expect(first).toHaveLength(4);
    expect(first[3]!.validation!.metric).toBeGreaterThan(0.9);
    expect(first[0]!.train).toMatchObject({ batches: 43, examples: 1347 });
    expect(first[0]!.validation).toMatchObject({ batches: 15, examples: 450 });
    expect(timeless(await fit({ ...setUp(), progress: false }))).toEqual([{ ...timeless(first)[0]!, epochs: 1 }]);
    const [other] = await fit({ ...setUp(1), progress: false });
    expect(other!.train.loss).not.toBe(first[0]!.train.loss);
  });

  it('gives the numbers of the plain loop', async () => {
    const { model, criterion, optimizer, metric, trainLoader, valLoader } = setUp();
    const history = [];
    for (let epoch = 1; epoch <= 2; epoch++) {
      let [totalLoss, correct, total] = [0, 0, 0];
      model.train();
      for await (const [inputs, labels] of trainLoader) {
        const outputs = model.forward(inputs);
        const loss = criterion.forward(outputs, labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        totalLoss += await loss.item();
        correct += (await metric.forward(outputs, labels).item()) * labels.size(0);
        total += labels.size(0);
      }
      history.push({ loss: totalLoss / trainLoader.length, accuracy: correct / total, validation: await validate({ model, criterion, metric, loader: valLoader }) });
    }
    for (const [i, { train, validation }] of (await fit({ ...setUp(), epochs: 2, progress: false })).entries()) {
      expect(train.loss).toBe(history[i]!.loss);
      expect(train.metric).toBeCloseTo(history[i]!.accuracy, 6);
      expect(validation).toEqual(history[i]!.validation);
    }
  });

  it('leaves nothing of a step behind but its batch, which the garbage collector frees', async () => {
    const { valLoader: _, ...parts } = setUp();
    const storages: number[] = [];
    await fit({ ...parts, epochs: 3, progress: false, onEpochEnd: () => void storages.push(defaultDevice().memory().storages) });
    expect(storages[2]! - storages[0]!).toBeLessThanOrEqual(2 * 43 * 2); // inputs and labels of two epochs
  });

  it('prints a line an epoch, and no bar without a terminal', async () => {
    let printed = '';
    const { metric: _, valLoader: __, ...parts } = setUp();
    await fit({ ...parts, epochs: 2, progress: { write: (text) => (printed += text) } });
    expect(printed).toMatch(/^Epoch \[1\/2\], Loss: \d\.\d{4} \(mean of 43 batches\), [\d.]+ s\nEpoch \[2\/2\], .*\n$/);
  });

  it('stops at a loss that is not a number, naming epoch and step', async () => {
    const { valLoader: _, ...parts } = setUp();
    let steps = 0;
    const criterion = { forward: (outputs: Tensor, targets: Tensor) => parts.criterion.forward(outputs, targets).mul(++steps === 43 + 5 ? NaN : 1) };
    await expect(fit({ ...parts, criterion, epochs: 3, progress: false })).rejects.toThrow(/^fit: the loss is NaN at epoch 2, step 5\. Lower the learning rate/);
  });

  it('wants one loss a batch, and a batch', async () => {
    const parts = setUp();
    await expect(fit({ ...parts, criterion: new CrossEntropyLoss({ reduction: 'none' }), progress: false })).rejects.toThrow(/\[32\]/);
    const trainLoader = new DataLoader(parts.trainLoader.dataset, { batchSize: 10_000, dropLast: true });
    await expect(fit({ ...parts, trainLoader, progress: false })).rejects.toThrow(/no batch/);
  });
});

describe('validate', () => {
  it('evaluates without recording, and leaves the model in its mode', async () => {
    const { model, criterion, valLoader } = setUp();
    const seen: boolean[] = [];
    const watched = { forward: (outputs: Tensor, targets: Tensor) => {
      seen.push(model.training, outputs.requiresGrad);
      return criterion.forward(outputs, targets);
    } };
    const measures = await validate({ model, criterion: watched, loader: valLoader });
    expect(new Set(seen)).toEqual(new Set([false]));
    expect(model.training).toBe(true);
    expect(Object.keys(measures)).toEqual(['loss', 'batches', 'examples']);
    model.eval();
    await validate({ model, criterion, loader: valLoader });
    expect(model.training).toBe(false);
  });
});
