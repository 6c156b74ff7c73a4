// The CPU with threads from a bundle: their program is text, so that no bundler has to find a file, and they keep no process alive.

import { cpu } from '@nn/backend-cpu';
import { ones, setDefaultDevice } from '@nn/tensor';

const device = await cpu({ threads: 2 });
if (!device.describe().includes('2 threads')) throw new Error(`cpu({ threads: 2 }) is ${device.describe()}`);
setDefaultDevice(device);
const product = await ones([300, 200]).matmul(ones([200, 400])).data();
if (product.length !== 120_000 || !product.every((value) => value === 200)) throw new Error(`a product of ones: ${product.slice(0, 10).join(', ')} ...`);
