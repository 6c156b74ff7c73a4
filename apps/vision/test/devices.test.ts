/** The ResNet trains on every device: the same weights and images give the same losses. */
import '@nn/autograd';
import { DataLoader, digits, Subset } from '@nn/data';
import { CrossEntropyLoss } from '@nn/layers';
import { Adam } from '@nn/optim';
import { type Device, manualSeed, setDefaultDevice } from '@nn/tensor';
import { describe } from 'vitest';
import { testOnEveryDevice } from '../../../tooling/on-every-device.ts';
import { resnet } from '../src/models.ts';

const images = new Subset(digits({ scale: 'standard', shape: [1, 8, 8] }), Array.from({ length: 32 }, (_, i) => i));

async function losses(device: Device): Promise<number[]> {
  setDefaultDevice(device);
  manualSeed(0);
  const model = resnet();
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 0.001 });
  const found: number[] = [];
  for await (const [inputs, labels] of new DataLoader(images, { batchSize: 8 })) {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(await loss.item());
  }
  return found;
}

describe('the ResNet trains', () => { testOnEveryDevice(losses); });
