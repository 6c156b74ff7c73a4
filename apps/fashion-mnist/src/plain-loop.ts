/** The lecture's training loop, as one writes it in PyTorch. */
import { CrossEntropyLoss, l1Penalty, l2Penalty } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { validate } from '@nn/train';
import type { EpochMetrics } from './metrics-file.ts';
import type { Run } from './run.ts';

export async function plainLoop({ model, trainLoader, testLoader, options, report, interrupt }: Run): Promise<EpochMetrics[]> {
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001, momentum: 0, weightDecay: options.weightDecay });
  const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  const epochs: EpochMetrics[] = [];

  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    report.epochBegins(epoch, trainLoader.length);
    let [totalLoss, correct, total] = [0, 0, 0];

    model.train();
    for await (const [inputs, labels] of trainLoader) {
      // Forward pass and loss
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);
      let penalized = loss;
      if (options.l1 > 0) penalized = penalized.add(l1Penalty(model.parameters(), options.l1));
      if (options.l2 > 0) penalized = penalized.add(l2Penalty(model.parameters(), options.l2));

      // Backward pass: zero gradients, backpropagation, optimizer step
      optimizer.zeroGrad();
      penalized.backward();
      optimizer.step();

      // Training metrics
      totalLoss += report.step(await loss.item(), labels.size(0));
      correct += (await accuracy.forward(outputs, labels).item()) * labels.size(0);
      total += labels.size(0);
      if (interrupt.aborted) return epochs;
    }

    const validation = await validate({ model, criterion, metric: accuracy, loader: testLoader });
    epochs.push(report.epochEnds({ loss: totalLoss / trainLoader.length, metric: correct / total, batches: trainLoader.length, examples: total }, validation));
    if (interrupt.aborted || stale(epochs, options.earlyStopping)) break;
  }
  return epochs;
}

/** Whether the last `patience` epochs brought no better validation loss. */
function stale(epochs: readonly EpochMetrics[], patience = Infinity): boolean {
  const losses = epochs.map(({ valLoss }) => valLoss);
  return losses.length - 1 - losses.indexOf(Math.min(...losses)) >= patience;
}
