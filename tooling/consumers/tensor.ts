// @nn/tensor alone: computes on the reference device, and says what gradients need.

import { tensor } from '@nn/tensor';

const x = tensor([[1, 2], [3, 4]]);
const sum = await x.mul(x).sum().item();
if (sum !== 30) throw new Error(`sum of squares: ${sum}`);

let message = '';
try {
  tensor([1], { requiresGrad: true });
} catch (error) {
  message = String(error);
}
if (!message.includes("import '@nn/autograd'")) throw new Error(`requiresGrad without autograd: ${message || 'no error'}`);
