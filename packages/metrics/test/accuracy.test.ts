import { defaultDevice, reference, scope, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Accuracy } from '../src/index.ts';

const labels = (values: number[] | number[][], device = defaultDevice()) => tensor(values, { dtype: 'int32', device });
const logits = tensor([[2, 1, 0], [0, 3, 1], [1, 1, 0], [0, 0, 5]]); // 0, 1, 0 (the first of equals), 2

describe('Accuracy', () => {
  it('counts over batches', async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3 });
    accuracy.update(logits, labels([0, 1, 1, 2]));
    expect(await accuracy.compute()).toBe(0.75);
    accuracy.update(labels([0, 1]), labels([1, 0]));
    expect(await accuracy.compute()).toBe(0.5);
    accuracy.reset();
    accuracy.update(logits, labels([0, 1, 0, 2]));
    expect(await accuracy.compute()).toBe(1);
  });

  it('gives the accuracy of a batch, and counts it', async () => {
    const accuracy = new Accuracy();
    const batch = accuracy.forward(logits, labels([0, 0, 0, 0]));
    expect([batch.shape, batch.dtype, await batch.item()]).toEqual([[], 'float32', 0.5]);
    accuracy.forward(logits, labels([0, 1, 0, 2]));
    expect(await accuracy.compute()).toBe(0.75);
  });

  it('takes more axes', async () => {
    const accuracy = new Accuracy();
    accuracy.update(tensor([[[1, 0], [0, 1]]]), labels([[0, 0]])); // [1, 2, 2]: one row of two places
    expect(await accuracy.compute()).toBe(0.5);
  });

  it('is NaN before the first batch', async () => {
    expect(await new Accuracy().compute()).toBeNaN();
  });

  it('counts on the device, in one number that outlives scopes', async () => {
    const device = reference();
    let reads = 0;
    const { read } = device.backend;
    device.backend.read = (...args) => {
      reads++;
      return read.apply(device.backend, args);
    };
    const accuracy = new Accuracy();
    const [outputs, targets] = [tensor([[1, 0], [0, 1]], { device }), labels([0, 0], device)];
    const before = device.memory().storages;
    for (let i = 0; i < 50; i++) scope(() => { accuracy.update(outputs, targets); });
    expect(device.memory().storages - before).toBe(1);
    expect(reads).toBe(0);
    expect(await accuracy.compute()).toBe(0.5);
    await accuracy.to(defaultDevice());
    accuracy.update(logits, labels([0, 1, 0, 2]));
    expect(await accuracy.compute()).toBe(54 / 104);
  });

  it('records nothing', () => {
    const accuracy = new Accuracy();
    accuracy.update(logits, labels([0, 0, 0, 0]));
    expect(accuracy.forward(logits, labels([0, 0, 0, 0])).requiresGrad).toBe(false);
  });

  it('says what does not fit', () => {
    const accuracy = new Accuracy({ numClasses: 4 });
    expect(() => { accuracy.update(logits, labels([0, 1])); }).toThrow('Accuracy: the outputs are [4, 3], the targets [2]. Give labels of equal shape, or logits [N, C] with labels [N].');
    expect(() => { accuracy.update(logits, labels([0, 1, 2, 0])); }).toThrow('Accuracy: the outputs [4, 3] have 3 classes. It was made for 4.');
    expect(() => new Accuracy({ numClasses: 1 })).toThrow('Accuracy: numClasses is 1. Use a whole number from 2 on.');
    expect(() => new Accuracy({ task: 'ranking' as 'multiclass' })).toThrow("Accuracy: there is no task 'ranking'. Use 'binary', 'multiclass' or 'multilabel'.");
  });
});
