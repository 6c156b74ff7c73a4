// @nn/tensor with @nn/autograd: a gradient.

import '@nn/autograd';
import { tensor } from '@nn/tensor';

const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
x.mul(x).sum().backward();
const gradient = JSON.stringify(await x.grad?.toArray());
if (gradient !== '[[2,4],[6,8]]') throw new Error(`gradient: ${gradient}`);
