/** On a GPU the program does what it does on the CPU. */
import { webgpu } from '@nn/backend-webgpu';
import { describe, expect, it } from 'vitest';
import type { Options } from '../src/options.ts';
import { Report } from '../src/report.ts';
import { train } from '../src/train.ts';

const missing = await webgpu().then((device) => device.destroy(), (error: Error) => error.message);
const dataDir = process.env.NN_DATA_DIR;

class Enough extends Error {}

/** Notes the loss of each batch, and ends the run when it has enough. */
class Losses extends Report {
  readonly losses: number[] = [];
  readonly #steps: number;

  constructor(steps: number) {
    super(1, { write: () => true });
    this.#steps = steps;
  }

  override step<Loss extends number | undefined>(loss: Loss, images: number): Loss {
    this.losses.push(loss!);
    if (this.losses.length === this.#steps) throw new Enough();
    return super.step(loss, images);
  }
}

async function losses(steps: number, device: Options['device'], changes: Partial<Options>): Promise<number[]> {
  const report = new Losses(steps);
  const options: Options = {
    dataset: 'digits', dataDir: 'none', epochs: 1, batchSize: 32, device, seed: 0, model: 'mlp', api: 'class', loop: 'plain', l1: 0, l2: 0, weightDecay: 0, scale: 'unit', split: 'lecture', out: 'none', ...changes,
  };
  await train(options, report).catch((error: unknown) => { if (!(error instanceof Enough)) throw error; });
  return report.losses;
}

/** The largest difference from the CPU's losses, relative to these. */
async function difference(steps: number, changes: Partial<Options>): Promise<number> {
  const [found, expected] = [await losses(steps, 'webgpu', changes), await losses(steps, 'cpu', changes)];
  if (expected.length !== steps || found.length !== steps) throw new Error(`${found.length} and ${expected.length} losses instead of ${steps}`);
  return Math.max(...expected.map((loss, i) => Math.abs(found[i]! - loss) / loss));
}

describe.skipIf(missing !== undefined)(`on WebGPU (${missing ?? 'with an adapter'}) losses are the CPU's`, () => {
  it('the first 40 of a small network: the same weights and batches', async () => { expect(await difference(40, { model: 'small' })).toBeLessThan(1e-4); }, 60_000);
  // Few: sooner or later rounding decides whether a ReLU passes, and RMSprop makes much of that.
  it('the first 4 of a network with dropout: the same masks', async () => { expect(await difference(4, { model: 'dropout' })).toBeLessThan(1e-4); }, 60_000);
  it.skipIf(!dataDir)("the first 40 of the lecture's program on Fashion-MNIST", async () => {
    expect(await difference(40, { dataset: 'fashion-mnist', dataDir: dataDir! })).toBeLessThan(1e-4);
  }, 120_000);
});
