/** The losses of the program's first batches, to be compared between devices. */
import type { Options } from '../src/options.ts';
import { Report } from '../src/report.ts';
import { train } from '../src/train.ts';

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

/** The largest difference of the first `steps` losses from the CPU's, relative to these. */
export async function difference(device: Options['device'], steps: number, changes: Partial<Options>): Promise<number> {
  const [found, expected] = [await losses(steps, device, changes), await losses(steps, 'cpu', changes)];
  if (expected.length !== steps || found.length !== steps) throw new Error(`${found.length} and ${expected.length} losses instead of ${steps}`);
  return Math.max(...expected.map((loss, i) => Math.abs(found[i]! - loss) / loss));
}
