// gpu.js from a plain install, bundled and minified: it comes built in, compiles nothing when it is installed, and its kernels
// are text that no minifier touches.

import '@nn/autograd';
import { gpujs } from '@nn/backend-gpujs';
import { setDefaultDevice, tensor } from '@nn/tensor';

const device = await gpujs();
if (!device.describe().includes('webasm')) throw new Error(`gpujs chose ${device.describe()} in Node`);
setDefaultDevice(device);
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [0]]);
const parameters = [
  tensor([[1.1, 0.9, -0.8, 0.7], [0.9, -1.2, 1.3, 0.6]], { requiresGrad: true }), tensor([0.1, 0.2, 0.1, -0.1], { requiresGrad: true }),
  tensor([[0.7], [-0.9], [0.8], [0.5]], { requiresGrad: true }), tensor([0], { requiresGrad: true }),
] as const;
const [w1, b1, w2, b2] = parameters;
let loss = Infinity;
for (let step = 0; step < 300; step++) {
  const error = x.matmul(w1).add(b1).tanh().matmul(w2).add(b2).sub(y).square().mean();
  error.backward();
  for (const parameter of parameters) {
    parameter.assign(parameter.detach().sub(parameter.grad!.mul(0.3)));
    parameter.grad = null;
  }
  loss = await error.item();
}
if (!(loss < 0.01)) throw new Error(`after 300 steps the loss is ${loss}`);
