// Layers and optimizers on the CPU backend: a small network learns exclusive or.

import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { manualSeed, setDefaultDevice, tensor } from '@nn/tensor';

setDefaultDevice(await cpu());
manualSeed(0);
const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const labels = tensor([0, 1, 1, 0], { dtype: 'int32' });
const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2));
const criterion = new CrossEntropyLoss();
const optimizer = new RMSprop(model.parameters(), { lr: 0.01 });

let loss = criterion.forward(model.forward(inputs), labels);
for (let step = 0; step < 300; step++) {
  loss = criterion.forward(model.forward(inputs), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
const final = await loss.item();
if (!(final < 0.05)) throw new Error(`loss after 300 steps: ${final}`);
