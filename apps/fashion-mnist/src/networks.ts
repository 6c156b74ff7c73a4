/** The networks as classes: fields are the layers, made in the order of their use, `forward` says how they are used. */
import { BatchNorm1d, Dropout, Linear, Module, relu } from '@nn/layers';
import type { Tensor } from '@nn/tensor';

/** Two hidden layers. */
export class Network extends Module {
  static override readonly typeName = 'Network';
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;

  constructor(pixels: number, first: number, second: number) {
    super();
    this.fc1 = new Linear(pixels, first);
    this.fc2 = new Linear(first, second);
    this.fc3 = new Linear(second, 10);
  }

  forward(x: Tensor): Tensor {
    const a = relu(this.fc1.forward(x));
    const b = relu(this.fc2.forward(a));
    return this.fc3.forward(b);
  }
}

/** Drops a part of what each hidden layer gives. */
export class DropoutNetwork extends Module {
  static override readonly typeName = 'DropoutNetwork';
  readonly fc1: Linear;
  readonly dropout1: Dropout;
  readonly fc2: Linear;
  readonly dropout2: Dropout;
  readonly fc3: Linear;

  constructor(pixels: number) {
    super();
    this.fc1 = new Linear(pixels, 512);
    this.dropout1 = new Dropout(0.2);
    this.fc2 = new Linear(512, 512);
    this.dropout2 = new Dropout(0.1);
    this.fc3 = new Linear(512, 10);
  }

  forward(x: Tensor): Tensor {
    const a = this.dropout1.forward(relu(this.fc1.forward(x)));
    const b = this.dropout2.forward(relu(this.fc2.forward(a)));
    return this.fc3.forward(b);
  }
}

/** Normalizes what each hidden layer gives. */
export class BatchNormNetwork extends Module {
  static override readonly typeName = 'BatchNormNetwork';
  readonly fc1: Linear;
  readonly bn1: BatchNorm1d;
  readonly fc2: Linear;
  readonly bn2: BatchNorm1d;
  readonly fc3: Linear;

  constructor(pixels: number) {
    super();
    this.fc1 = new Linear(pixels, 512);
    this.bn1 = new BatchNorm1d(512);
    this.fc2 = new Linear(512, 265);
    this.bn2 = new BatchNorm1d(265);
    this.fc3 = new Linear(265, 10);
  }

  forward(x: Tensor): Tensor {
    const a = relu(this.bn1.forward(this.fc1.forward(x)));
    const b = relu(this.bn2.forward(this.fc2.forward(a)));
    return this.fc3.forward(b);
  }
}

/** A smaller network, normalized, of which half is dropped. */
export class RegularizedNetwork extends Module {
  static override readonly typeName = 'RegularizedNetwork';
  readonly fc1: Linear;
  readonly bn1: BatchNorm1d;
  readonly dropout1: Dropout;
  readonly fc2: Linear;
  readonly bn2: BatchNorm1d;
  readonly dropout2: Dropout;
  readonly fc3: Linear;
  readonly bn3: BatchNorm1d;
  readonly dropout3: Dropout;
  readonly fc4: Linear;

  constructor(pixels: number) {
    super();
    this.fc1 = new Linear(pixels, 265);
    this.bn1 = new BatchNorm1d(265);
    this.dropout1 = new Dropout(0.5);
    this.fc2 = new Linear(265, 64);
    this.bn2 = new BatchNorm1d(64);
    this.dropout2 = new Dropout(0.5);
    this.fc3 = new Linear(64, 32);
    this.bn3 = new BatchNorm1d(32);
    this.dropout3 = new Dropout(0.5);
    this.fc4 = new Linear(32, 10);
  }

  forward(x: Tensor): Tensor {
    const a = this.dropout1.forward(relu(this.bn1.forward(this.fc1.forward(x))));
    const b = this.dropout2.forward(relu(this.bn2.forward(this.fc2.forward(a))));
    const c = this.dropout3.forward(relu(this.bn3.forward(this.fc3.forward(b))));
    return this.fc4.forward(c);
  }
}
