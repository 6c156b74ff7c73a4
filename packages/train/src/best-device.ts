/** Which of the installed devices is fastest for a training step: found by trying, and said. Devices are loaded only when tried. */
import { CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { SGD } from '@nn/optim';
import { type Device, fail, Generator, zeros } from '@nn/tensor';
import { installed } from './installed.ts';
import { type Output, standardOutput } from './progress-bar.ts';

/** What {@link bestDevice} takes. */
export interface BestDeviceOptions {
  /**
   * Devices to try, by name. Default: `cpu()`, `webgpu()` and `gpujs()` of those packages that are installed, found by name: bundlers do not see that, so in a page
   * say `{ webgpu: async () => (await import('@nn/backend-webgpu')).webgpu() }`.
   */
  readonly candidates?: Readonly<Record<string, () => Promise<Device>>>;
  /** Prepares on a device what the program is going to do there, and gives one iteration of it, which has to end with a read. Default: a training step of 784-256-10 on 64 images. */
  readonly workload?: (device: Device) => (() => Promise<unknown>) | Promise<() => Promise<unknown>>;
  /** Where the reason goes. Default: `process.stdout`, where there is one. */
  readonly output?: Output | undefined;
}

/** What came of trying one device: how long an iteration takes, in milliseconds, or why it cannot be used. */
interface Trial {
  readonly name: string;
  readonly milliseconds?: number;
  readonly problem?: string;
}

/** Iterations that are not counted, the first of which compile. */
const WARM = 3;
const COUNTED = 5;
/** A device this many times slower than the best one so far is not tried further. */
const HOPELESS = 5;

/**
 * Tries the devices that are there with a training step and gives the fastest; the others are let go. It says `Used device: ... because ...`.
 *
 * @throws where none can be used, naming what is wrong with each
 * @example
 * const device = await bestDevice();
 * setDefaultDevice(device);
 * await bestDevice({ workload: (on) => { const task = prepare(on); return () => task.step(); } }); // for this model
 */
export async function bestDevice({ candidates = installed, workload = trainingStep, output = standardOutput() }: BestDeviceOptions = {}): Promise<Device> {
  const devices = new Map<string, Device>();
  const trials: Trial[] = [];
  for (const [name, make] of Object.entries(candidates)) {
    try {
      const device = await make();
      devices.set(name, device);
      trials.push({ name, milliseconds: await timed(await workload(device), fastest(trials)?.milliseconds) });
    } catch (error) {
      trials.push({ name, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  const best = fastest(trials);
  for (const [name, device] of devices) if (name !== best?.name) await device.destroy();
  if (!best) fail('bestDevice', `no device can be used: ${trials.map(({ name, problem }) => `${name} (${problem})`).join('; ') || 'there are no candidates'}`, 'Install @nn/backend-cpu.');
  const device = devices.get(best.name)!;
  output?.write(`Used device: ${device.describe()} because ${reason(best, trials)}\n`);
  return device;
}

/** The trial with the least time. */
function fastest(trials: readonly Trial[]): Trial | undefined {
  return trials.reduce<Trial | undefined>((best, trial) => (trial.milliseconds !== undefined && trial.milliseconds < (best?.milliseconds ?? Infinity) ? trial : best), undefined);
}

/** Why `best` was taken, in words. */
export function reason(best: Trial, trials: readonly Trial[]): string {
  const others = trials.filter((trial) => trial !== best);
  const slower = others.filter(({ milliseconds }) => milliseconds !== undefined).map(({ name, milliseconds }) => `${milliseconds!.toFixed(2)} ms on ${name}`);
  const unusable = others.filter(({ problem }) => problem !== undefined).map(({ name, problem }) => `${name} cannot be used (${problem})`);
  const took = `an iteration took ${best.milliseconds!.toFixed(2)} ms there${slower.length > 0 ? `, and ${slower.join(', ')}` : ''}`;
  return [took, ...unusable].join('; ');
}

/** The median time of an iteration; one that is hopeless against `best` is not repeated. */
async function timed(iterate: () => Promise<unknown>, best = Infinity): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WARM + COUNTED; i++) {
    const start = performance.now();
    await iterate();
    const time = performance.now() - start;
    if (i >= WARM) times.push(time);
    else if (i > 0 && time > HOPELESS * best) return time;
  }
  return times.sort((a, b) => a - b)[COUNTED >> 1]!;
}

function trainingStep(device: Device): () => Promise<unknown> {
  const generator = new Generator(0);
  const model = new Sequential(new Linear(784, 256, { device, generator }), new ReLU(), new Linear(256, 10, { device, generator }));
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const criterion = new CrossEntropyLoss();
  const [images, labels] = [zeros([64, 784], { device }).add(0.5), zeros([64], { device, dtype: 'int32' })];
  return async () => {
    const loss = criterion.forward(model.forward(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    await loss.item();
    loss.release();
  };
}
