// What can be measured once in the life of a process only. `node --conditions=@nn/source ours-alone.mjs '{"case": "peak", ...}' '{"threads": 1}'` prints one line of JSON.
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { manualSeed, setDefaultDevice, tensor } from '@nn/tensor';
import { epoch } from './ours-epoch.mjs';
import { step } from './ours-training.mjs';
import { missing } from './protocol.mjs';

const [request, options] = [process.argv[2], process.argv[3] ?? '{}'].map((text) => JSON.parse(text ?? ''));
const begun = performance.now();
const device = await cpu(options).catch((/** @type {Error} */ error) => missing(error.message));
setDefaultDevice(device);

/** @type {Record<string, () => Promise<number>>} */
const cases = {
  /** Milliseconds from the call of `cpu()` to the first value that was computed. */
  async ready() {
    await tensor([1, 2, 3]).add(1).data();
    return performance.now() - begun;
  },
  /** Milliseconds from the call of `cpu()` to the first loss of the lecture's training, its network made in between. */
  async first() {
    manualSeed(0);
    await step({ batch: 32 })().item();
    return performance.now() - begun;
  },
  /** MiB that were resident at most, over an epoch of the lecture's program with its data. */
  async peak() {
    await epoch(request)();
    return process.resourceUsage().maxRSS / 1024;
  },
  /** MiB that are resident at most in the last quarter of the steps, beyond what it was in the quarter before: the young generation takes thousands of steps until all of it has been used. */
  async growth() {
    const [early, late] = [[], []].map(() => /** @type {number[]} */ ([]));
    let steps = 0;
    const run = epoch(request, () => {
      steps++;
      if (steps % 20 === 0 && steps > request.steps / 2) (steps < 0.75 * request.steps ? early : late)?.push(process.memoryUsage.rss());
    });
    while (steps < request.steps) await run();
    return (Math.max(...late ?? []) - Math.max(...early ?? [])) / 2 ** 20;
  },
};
console.log(JSON.stringify({ value: await cases[request.case]?.() }));
process.exit();
