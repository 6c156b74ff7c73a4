/** Products over groups of axes whose operands are packed from where they lie, beside the reference. */
import { complete, contract, type Device, Generator, reference, rand, type Tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { cpu } from '../src/index.ts';
import { Dice } from './random-functions.ts';

type Make = (device: Device) => Tensor;

/** Windows [N, C, kernel, kernel, places, places] of a random image, padded and dilated at random. */
function windows(dice: Dice, n: number, channels: number): { kernel: readonly [number, number]; places: readonly number[]; make: Make } {
  const [kernel, size, stride, dilation, pads] = [[dice.pick([1, 2, 3]), dice.pick([1, 3])] as const, [9 + dice.below(9), 9 + dice.below(9)], 1 + dice.below(2), 1 + dice.below(2), [0, 1, 2, 3].map(() => dice.below(3) - +(dice.below(4) === 0))];
  const make: Make = (device) => rand([n, channels, ...size], { device, generator: new Generator(1) }).sub(0.5).pad(pads).unfold(2, kernel[0], stride, { dilation }).unfold(3, kernel[1], stride, { dilation }).permute(0, 1, 4, 5, 2, 3);
  return { kernel, places: make(reference()).shape.slice(4), make };
}

async function agree(what: unknown, compute: (device: Device) => Tensor, devices: readonly Device[]): Promise<void> {
  const [expected, ...others] = await Promise.all([reference(), ...devices].map((device) => compute(device).data()));
  for (const got of others) {
    let worst = 0;
    got.forEach((value, i) => { worst = Math.max(worst, Math.abs(value - expected![i]!)); });
    expect({ what, close: worst < 2e-4, length: got.length }).toEqual({ what, close: true, length: expected!.length });
  }
}

describe('contract', () => {
  const normal = (shape: readonly number[], seed: number): Make => (device) => rand(shape, { device, generator: new Generator(seed) }).sub(0.5);

  it('of windows on either side, on one thread and on two', async () => {
    const devices = [complete(new CpuBackend()), await cpu({ threads: 2 })];
    for (let seed = 0; seed < 60; seed++) {
      const dice = new Dice(seed);
      const [n, channels, out] = [dice.pick([1, 2, 3]), dice.pick([1, 2, 5, 8]), dice.pick([1, 3, 6, 17, 64])];
      const { kernel, places, make } = windows(dice, n, channels);
      if (places.some((count) => count < 1)) continue;
      const turned = dice.below(2) === 1;
      const weights: Make = (device) => (turned ? normal([channels, out, ...kernel], 2)(device).transpose(0, 1).flip([2, 3]) : normal([out, channels, ...kernel], 2)(device));
      const bias = dice.below(2) === 1 ? normal([out, 1, 1], 3) : undefined;
      await agree([seed, 'right'], (device) => contract(weights(device).expand([n, out, channels, ...kernel]), make(device), { rows: 1, inner: 3, columns: 2 }, { bias: bias?.(device), activation: bias && 'relu' }), devices);
      const gradients: Make = (device) => normal([n, out, ...places], 4)(device).permute(0, 2, 3, 1);
      await agree([seed, 'left'], (device) => contract(make(device).permute(1, 2, 3, 0, 4, 5), gradients(device), { rows: 3, inner: 3, columns: 1 }), devices);
    }
  });

  it('of more layouts than it remembers', async () => {
    const devices = [complete(new CpuBackend())];
    const of = (width: number, places: number): Promise<void> => agree(width, (device) => {
      const wins = normal([1, 1, 4, width], 1)(device).narrow(3, 0, places + 2).unfold(2, 3).unfold(3, 3).permute(0, 1, 4, 5, 2, 3);
      return contract(normal([2, 1, 3, 3], 2)(device).expand([1, 2, 1, 3, 3]), wins, { rows: 1, inner: 3, columns: 2 });
    }, devices);
    // The second has one new table, all others two.
    for (const places of [6, 7]) await of(19, places);
    for (let width = 20; width < 160; width++) await of(width, 6);
  });

  it('gives the same bits on any number of threads', async () => {
    const [one, ...more] = await Promise.all([1, 2, 3].map(async (threads) => {
      const device = await cpu({ threads });
      const wins = normal([4, 16, 20, 20], 1)(device).pad([1, 1, 1, 1]).unfold(2, 3).unfold(3, 3).permute(0, 1, 4, 5, 2, 3);
      return contract(normal([24, 16, 3, 3], 2)(device).expand([4, 24, 16, 3, 3]), wins, { rows: 1, inner: 3, columns: 2 }).data();
    }));
    for (const other of more) expect(other).toEqual(one);
  });
});
