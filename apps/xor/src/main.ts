import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { Adam } from '@nn/optim';
import { manualSeed, setDefaultDevice, tensor, type Tensor } from '@nn/tensor';

setDefaultDevice(await cpu()); // or await webgpu(), await gpujs(): nothing else changes
manualSeed(0);

class Net extends Module {
  fc1 = new Linear(2, 16);
  fc2 = new Linear(16, 2);

  forward(x: Tensor): Tensor {
    return this.fc2.forward(relu(this.fc1.forward(x)));
  }
}

const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const labels = tensor([0, 1, 1, 0], { dtype: 'int32' });

const model = new Net();
const criterion = new CrossEntropyLoss();
const optimizer = new Adam(model.parameters(), { lr: 0.02 });

for (let step = 1; step <= 200; step++) {
  const loss = criterion.forward(model.forward(inputs), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 100 === 0) console.log(`step ${step}: loss ${(await loss.item()).toFixed(2)}`);
}
console.log(await model.forward(inputs).argmax(1).toArray());
