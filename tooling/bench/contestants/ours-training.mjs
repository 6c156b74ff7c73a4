// Training steps through the public face of @nn, as the README and the sample programs write them.
import { Conv2d, CrossEntropyLoss, Embedding, Flatten, Linear, LSTM, MaxPool2d, Module, ReLU, relu, Sequential } from '@nn/layers';
import { Adam, RMSprop } from '@nn/optim';
import { rand, randint } from '@nn/tensor';

/** @typedef {import('@nn/tensor').Tensor} Tensor */

/** The lecture's network, of other sizes where they are asked for. */
export class Net extends Module {
  fc1;
  fc2;
  fc3;
  constructor(inputs = 784, width = 512, classes = 10) {
    super();
    this.fc1 = new Linear(inputs, width);
    this.fc2 = new Linear(width, width);
    this.fc3 = new Linear(width, classes);
  }
  forward(/** @type {Tensor} */ x) { return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x))))); }
}

/** Characters in, what comes next out: apps/text has its like. */
class Writer extends Module {
  embedding = new Embedding(64, 64);
  lstm = new LSTM(64, 128, { batchFirst: true });
  head = new Linear(128, 64);
  forward(/** @type {Tensor} */ x) { return this.head.forward(this.lstm.forward(this.embedding.forward(x))[0]).reshape(-1, 64); }
}

/** A function that takes one step, and answers its loss. */
function training(/** @type {Module & { forward(x: Tensor): Tensor }} */ model, /** @type {InstanceType<typeof Adam | typeof RMSprop>} */ optimizer, /** @type {Tensor} */ inputs, /** @type {Tensor} */ labels, labelSmoothing = 0) {
  const criterion = new CrossEntropyLoss({ labelSmoothing });
  return () => {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** The lecture's step. */
export function step(/** @type {{ batch: number, inputs?: number, width?: number, classes?: number }} */ { batch, inputs = 784, width = 512, classes = 10 }) {
  const model = new Net(inputs, width, classes);
  return training(model, new RMSprop(model.parameters(), { lr: 0.001 }), rand([batch, inputs]), randint(0, classes, [batch]), 0.01);
}

/** Two convolutions and two linear layers on 28 x 28 pixels. */
export function cnn(/** @type {{ batch: number }} */ { batch }) {
  const model = new Sequential(
    new Conv2d(1, 32, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Conv2d(32, 64, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2),
    new Flatten(), new Linear(64 * 7 * 7, 128), new ReLU(), new Linear(128, 10),
  );
  return training(model, new Adam(model.parameters(), { lr: 0.001 }), rand([batch, 1, 28, 28]), randint(0, 10, [batch]));
}

/** An LSTM over `length` characters. */
export function lstm(/** @type {{ batch: number, length: number }} */ { batch, length }) {
  const model = new Writer();
  return training(model, new Adam(model.parameters(), { lr: 0.001 }), randint(0, 64, [batch, length]), randint(0, 64, [batch * length]));
}
