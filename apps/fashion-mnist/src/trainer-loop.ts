/** The same as a task for the Trainer, as one writes it in Lightning. */
import { CrossEntropyLoss, l1Penalty, l2Penalty, type Module } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import type { Tensor } from '@nn/tensor';
import { Callback, EarlyStopping, Task, Trainer } from '@nn/train';
import type { EpochMetrics } from './metrics-file.ts';
import type { Options } from './options.ts';
import type { Report } from './report.ts';
import type { Run } from './run.ts';

type Batch = [inputs: Tensor, labels: Tensor];

class LitNetwork extends Task<Batch> {
  readonly network: Module;
  readonly criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  readonly accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  readonly #options: Options;

  constructor(network: Module, options: Options) {
    super();
    this.network = network;
    this.#options = options;
  }

  forward(x: Tensor): Tensor { return this.network.forward(x); }

  override trainingStep([inputs, labels]: Batch): Tensor {
    const outputs = this.forward(inputs);
    const loss = this.criterion.forward(outputs, labels);
    this.log('train_loss', loss, { reduceFx: 'batchMean' });
    this.log('train_acc', this.accuracy.forward(outputs, labels));
    const { l1, l2 } = this.#options;
    const penalties = [...(l1 > 0 ? [l1Penalty(this.parameters(), l1)] : []), ...(l2 > 0 ? [l2Penalty(this.parameters(), l2)] : [])];
    return penalties.reduce((sum, penalty) => sum.add(penalty), loss);
  }

  override validationStep([inputs, labels]: Batch): void {
    const outputs = this.forward(inputs);
    this.log('val_loss', this.criterion.forward(outputs, labels), { reduceFx: 'batchMean' });
    this.log('val_acc', this.accuracy.forward(outputs, labels));
  }

  override configureOptimizers(): RMSprop {
    return new RMSprop(this.parameters(), { lr: 0.001, momentum: 0, weightDecay: this.#options.weightDecay });
  }
}

/** Hands the numbers of each epoch on. */
class Reporting extends Callback {
  readonly epochs: EpochMetrics[] = [];
  readonly #report: Report;
  readonly #run: Run;

  constructor(run: Run) {
    super();
    this.#report = run.report;
    this.#run = run;
  }

  override onTrainEpochStart(trainer: Trainer): void { this.#report.epochBegins(trainer.currentEpoch + 1, trainer.numTrainingBatches); }
  override onTrainBatchEnd(_trainer: Trainer, _task: unknown, _outputs: unknown, batch: unknown): void { this.#report.step(undefined, (batch as Batch)[1].size(0)); }
  override onTrainEpochEnd(trainer: Trainer): void {
    const { trainLoader, testLoader } = this.#run;
    const [train_loss, train_acc, val_loss, val_acc] = ['train_loss', 'train_acc', 'val_loss', 'val_acc'].map((name) => trainer.callbackMetrics[name]!) as [number, number, number, number];
    this.epochs.push(this.#report.epochEnds(
      { loss: train_loss, metric: train_acc, batches: trainLoader.length, examples: trainLoader.dataset.length },
      { loss: val_loss, metric: val_acc, batches: testLoader.length, examples: testLoader.dataset.length }));
  }
}

export async function trainerLoop(run: Run): Promise<EpochMetrics[]> {
  const { model, trainLoader, testLoader, options, interrupt } = run;
  const reporting = new Reporting(run);
  const stopping = options.earlyStopping === undefined ? [] : [new EarlyStopping({ monitor: 'val_loss', mode: 'min', patience: options.earlyStopping })];
  const trainer = new Trainer({ maxEpochs: options.epochs, callbacks: [reporting, ...stopping], signal: interrupt, enableProgressBar: false, enableModelSummary: false, numSanityValSteps: 0 });
  await trainer.fit(new LitNetwork(model, options), trainLoader, testLoader);
  return reporting.epochs;
}
