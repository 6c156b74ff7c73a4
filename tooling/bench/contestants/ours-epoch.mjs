// The lecture's program: shuffled batches, a step, loss and accuracy read after each. The loop is the one in apps/fashion-mnist/src/plain-loop.ts.
import { DataLoader, TensorDataset } from '@nn/data';
import { CrossEntropyLoss } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { Net } from './ours-training.mjs';

/** A function that runs an epoch; `every`, if given, is called after each step. */
export function epoch(/** @type {{ batch: number, rows: number }} */ { batch, rows }, /** @type {() => void} */ every = () => {}) {
  const model = new Net();
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  const pixels = new Float32Array(rows * 784);
  for (let i = 0; i < pixels.length; i++) pixels[i] = ((i * 7919) % 1009) / 1009;
  const dataset = new TensorDataset({ data: pixels, shape: [rows, 784] }, { data: Int32Array.from({ length: rows }, (_, i) => i % 10) });
  const loader = new DataLoader(dataset, { batchSize: batch, shuffle: true });
  return async () => {
    let [totalLoss, correct] = [0, 0];
    model.train();
    for await (const [inputs, labels] of loader) {
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      totalLoss += await loss.item();
      correct += (await accuracy.forward(outputs, labels).item()) * labels.size(0);
      every();
    }
    if (!Number.isFinite(totalLoss + correct)) throw new Error('bench: the loss is not finite');
  };
}
