/** Live bytes: what a scope or a backward frees, and that a loop stays flat. */
import { type Device, fuse, manualSeed, type Scalar, scope, type Tensor } from '../src/index.ts';
import { type Case, checked, input, upload } from './case.ts';

const step = fuse((p: Scalar, g: Scalar, rate: Scalar) => p.sub(g.mul(rate)));

/** How much more is live after `body` than before; nothing is awaited in between, so nothing else changes it. */
function grown(device: Device, body: () => void): number {
  const before = device.memory().bytes;
  body();
  return device.memory().bytes - before;
}
const flat = (name: string, body: (device: Device) => void, options: { readonly gradients?: boolean } = {}) => checked(name, async ({ device }) => {
  const bytes = grown(device, () => body(device));
  return bytes === 0 ? [] : [`${bytes} bytes are still live`];
}, options);

/** A forward and a backward of two layers. */
function loss(x: Tensor, w: Tensor, v: Tensor): Tensor {
  return x.matmul(w).relu().matmul(v).logSoftmax(1).square().mean();
}

export const memory: readonly Case[] = [
  flat('a scope frees what was made in it', (device) => scope(() => { upload(device, input([10, 10])).exp().matmul(upload(device, input([10, 10]))).T.softmax(1).amax(0).argmax(); })),
  flat('views hold one storage', (device) => {
    const x = upload(device, input([4, 4]));
    const views = [x.T, x.at(1), x.pad([1, 1]), x.unfold(0, 2)];
    x.release();
    for (const view of views) view.release();
  }),
  checked('a tensor counts its bytes', async ({ device }) => {
    let tensor: Tensor | undefined;
    const bytes = grown(device, () => { tensor = upload(device, input([10, 10])); });
    tensor!.release();
    return bytes === 400 ? [] : [`100 float32 elements count ${bytes} bytes`];
  }),
  flat('a backward frees the graph', (device) => scope(() => {
    const [x, w, v] = [upload(device, input([4, 6])), upload(device, input([6, 5]), true), upload(device, input([5, 3]), true)];
    const result = loss(x, w, v);
    result.backward();
  }), { gradients: true }),
  checked('300 steps stay flat', async ({ device }) => {
    manualSeed(0);
    const [x, w, v] = [upload(device, input([4, 6])), upload(device, input([6, 5]), true), upload(device, input([5, 3]), true)];
    const live: number[] = [];
    for (let i = 0; i < 300; i++) {
      scope(() => {
        loss(x, w, v).backward();
        step.into([w], w, w.grad!, 0.01);
        step.into([v], v, v.grad!, 0.01);
        for (const parameter of [w, v]) {
          parameter.grad!.release();
          parameter.grad = null;
        }
      });
      if (i % 50 === 49) live.push(device.memory().bytes);
    }
    await w.data();
    return new Set(live).size === 1 ? [] : [`live bytes every 50 steps: ${live.join(', ')}`];
  }, { gradients: true }),
  checked('the peak is at least what is live', async ({ device }) => {
    device.resetPeak();
    const before = device.memory();
    scope(() => { upload(device, input([100])); });
    const { peakBytes } = device.memory();
    return before.peakBytes === before.bytes && peakBytes >= before.bytes + 400 ? [] : [`peak ${peakBytes} after ${before.bytes}`];
  }),
];
