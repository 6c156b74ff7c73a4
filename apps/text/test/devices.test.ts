/** The LSTM trains on every device: the same weights and windows give the same losses. */
import '@nn/autograd';
import { crossEntropy } from '@nn/layers';
import { Adam } from '@nn/optim';
import { type Device, Generator, manualSeed, setDefaultDevice } from '@nn/tensor';
import { describe } from 'vitest';
import { testOnEveryDevice } from '../../../tooling/on-every-device.ts';
import { CharLSTM } from '../src/models.ts';
import { Characters, windows } from '../src/text.ts';

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(4);
const characters = new Characters(text);

async function losses(device: Device): Promise<number[]> {
  setDefaultDevice(device);
  manualSeed(0);
  const model = new CharLSTM(characters.list.length, 16);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const found: number[] = [];
  const draw = new Generator(0);
  for (let step = 0; step < 5; step++) {
    const [inputs, targets] = windows(characters.encode(text), 4, 12, draw);
    const loss = crossEntropy(model.forward(inputs).flatten(0, 1), targets.flatten());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(await loss.item());
  }
  return found;
}

describe('the LSTM trains', () => { testOnEveryDevice(losses); });
