/** The lecture's program: its training loop as one writes it in PyTorch. */
import '@nn/autograd';
import { DataLoader } from '@nn/data';
import { CrossEntropyLoss } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { manualSeed, setDefaultDevice } from '@nn/tensor';
import { validate } from '@nn/train';
import { loadData } from './data.ts';
import { openDevice } from './device.ts';
import type { EpochMetrics, Metrics } from './metrics-file.ts';
import { buildModel } from './models.ts';
import type { Options } from './options.ts';
import { Report } from './report.ts';

export async function train(options: Options, report = new Report()): Promise<Metrics> {
  const device = await openDevice(options);
  report.device(device, options);
  setDefaultDevice(device);
  manualSeed(options.seed);

  const data = await loadData(options);
  report.data(data);
  const trainLoader = new DataLoader(data.train, { batchSize: options.batchSize, shuffle: true });
  const testLoader = new DataLoader(data.held, { batchSize: options.batchSize });

  const model = buildModel(options.model, data.pixels);
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001, momentum: 0 });
  const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });

  const epochs: EpochMetrics[] = [];
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    report.epochBegins(epoch, options.epochs, trainLoader.length);
    let [totalLoss, correct, total] = [0, 0, 0];

    model.train();
    for await (const [inputs, labels] of trainLoader) {
      // Forward pass and loss
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);

      // Backward pass: zero gradients, backpropagation, optimizer step
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();

      // Training metrics
      totalLoss += report.step(await loss.item());
      correct += (await accuracy.forward(outputs, labels).item()) * labels.size(0);
      total += labels.size(0);
    }

    const validation = await validate({ model, criterion, metric: accuracy, loader: testLoader });
    epochs.push(report.epochEnds({ loss: totalLoss / trainLoader.length, metric: correct / total, batches: trainLoader.length, examples: total }, validation));
  }

  const testAccuracy = epochs.at(-1)?.valAccuracy ?? (await validate({ model, criterion, metric: accuracy, loader: testLoader })).metric!;
  report.end(testAccuracy, data);
  return { device: options.device, engine: device.describe(), seed: options.seed, dataset: data.dataset, epochs, testAccuracy };
}
