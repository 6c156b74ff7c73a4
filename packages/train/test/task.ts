/** A task on the digits, as the lecture writes it, with the loaders it is trained on. */
import { DataLoader, digits, trainTestSplit } from '@nn/data';
import { CrossEntropyLoss, Linear, relu } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { manualSeed, type Tensor } from '@nn/tensor';
import { Task, Trainer, type TrainerOptions } from '@nn/train';

export class Digits extends Task {
  fc1 = new Linear(64, 32);
  fc2 = new Linear(32, 10);
  criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });

  forward(x: Tensor): Tensor { return this.fc2.forward(relu(this.fc1.forward(x))); }

  override trainingStep([inputs, labels]: [Tensor, Tensor]): Tensor {
    const outputs = this.forward(inputs);
    const loss = this.criterion.forward(outputs, labels);
    this.log('train_loss', loss);
    this.log('train_acc', this.accuracy.forward(outputs.argmax(1), labels));
    return loss;
  }

  override validationStep([inputs, labels]: [Tensor, Tensor]): Tensor {
    const outputs = this.forward(inputs);
    const loss = this.criterion.forward(outputs, labels);
    this.log('val_loss', loss, { onEpoch: true });
    this.log('val_acc', this.accuracy.forward(outputs, labels), { onEpoch: true, syncDist: true });
    return loss;
  }

  override testStep([inputs, labels]: [Tensor, Tensor]): void { this.log('test_loss', this.criterion.forward(this.forward(inputs), labels)); }
  override configureOptimizers(): RMSprop { return new RMSprop(this.parameters(), { lr: 0.002 }); }
}

/** Everything from one seed. */
export function setUp<T extends Digits = Digits>(Kind: new () => T = Digits as new () => T) {
  manualSeed(0);
  const data = digits({ scale: 'unit', shape: [64] });
  const [train, held] = trainTestSplit(data, { stratify: data.labels, seed: 0 });
  const task = new Kind();
  return { task, trainLoader: new DataLoader(train, { batchSize: 32, shuffle: true }), valLoader: new DataLoader(held, { batchSize: 32 }) };
}

/** A trainer that says nothing. */
export const quiet = (options: TrainerOptions = {}): Trainer => new Trainer({ enableProgressBar: false, enableModelSummary: false, ...options });
