// What a bundler must not drop: the import that has no name. Bundled, minified and run without the packages.

import '@nn/autograd';
import { tensor } from '@nn/tensor';

const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
x.mul(x).sum().backward();
const gradient = JSON.stringify(await x.grad?.toArray());
if (gradient !== '[[2,4],[6,8]]') throw new Error(`gradient: ${gradient}`);
