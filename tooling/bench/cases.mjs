// What is measured.

/**
 * @typedef {{ name: string, group: string, request: Record<string, unknown>, flops?: number, count?: number, compiling?: number, rounds?: number, only?: readonly string[],
 *   torch?: Record<string, Record<string, unknown>>, kind?: 'turns' | 'pair' | 'alone', unit?: 'MiB' }} Case
 * `flops` of one iteration where that says something; `count`: iterations a turn for the fastest; `compiling`: milliseconds in which engines may get faster before the first; `rounds`: turns, where it is not as many as asked for; `only`: contestants
 * whose labels begin so; `torch`: what PyTorch is asked instead, where there are several ways to say it: by what is added to its label.
 * `kind`: contestants take turns, or run twice at once (`pair`), or in a process for each round (`alone`).
 */

/** The headings, in the order of the page. */
export const groups = /** @type {const} */ ({
  step: 'The lecture\'s training step: 784-512-512-10, ReLU, label smoothing, RMSprop',
  epoch: 'The lecture\'s epoch: shuffled batches, steps, loss and accuracy read after each',
  product: 'Matrix products, float32',
  elements: 'Elements and sums',
  models: 'Steps of a CNN and an LSTM, with Adam',
  growth: 'How the cost of a step grows',
  company: 'Two trainings at once',
  process: 'Starting, and memory',
});

const own = ['ours', 'PyTorch'];
const weights = (/** @type {number} */ width) => 784 * width + width * width + 10 * width;
/** Of a training step: three products for each layer, but for the gradient of its inputs. */
const work = (/** @type {number} */ batch, width = 512) => 2 * batch * (3 * weights(width) - 784 * width);

/** @type {Case[]} */
const steps = [32, 64, 256, 1024].map((batch) => ({
  name: `training step, batch ${batch}`, group: 'step', request: { case: 'step', batch }, flops: work(batch), count: Math.max(2, Math.ceil(2000 / batch)), compiling: 12_000,
  torch: { '': { case: 'step', batch }, ', bare tensors': { case: 'bare', batch } },
}));

/** Ten epochs of one training, as the lecture's; the first is not counted. @type {Case[]} */
const epochs = [32, 64].map((batch) => ({
  name: `epoch of 52,500 images, batch ${batch}`, group: 'epoch', request: { case: 'epoch', batch, rows: 52_500 }, rounds: 9, only: own,
  torch: { '': { case: 'epoch', batch, rows: 52_500 }, ', 4 workers': { case: 'epoch', batch, rows: 52_500, workers: 4 } },
}));

const shapes = /** @type {const} */ ([
  [1024, 1024, 1024, ''], [1024, 1024, 1024, 'left'], [1024, 1024, 1024, 'right'], [1023, 1023, 1023, ''], [512, 512, 512, ''], [513, 513, 513, ''],
  [32, 512, 784, 'right'], [32, 512, 512, ''], [512, 784, 32, 'left'], [64, 512, 784, 'right'], [64, 512, 512, ''], [512, 784, 64, 'left'], [1, 4096, 4096, 'right'],
]);
/** @type {Case[]} */
const products = shapes.map(([m, n, k, turned]) => ({
  name: `${m} x ${k} x ${n}${turned && `, ${turned} operand turned`}`, group: 'product', flops: 2 * m * n * k, count: Math.ceil(4e9 / (m * n * k)),
  request: { case: 'gemm', m, n, k, left: turned === 'left', right: turned === 'right' },
}));

/** @type {Case[]} */
const elements = [
  ...['exp', 'tanh'].map((op) => ({ name: `${op} of 1M numbers`, group: 'elements', request: { case: 'unary', op, size: 1_000_000 }, count: 60 })),
  ...[0, 1].map((axis) => ({ name: `sum of [1000, 1000] over axis ${axis}`, group: 'elements', request: { case: 'reduce', rows: 1000, columns: 1000, axis }, count: 200 })),
];

/** @type {Case[]} */
const models = [
  { name: 'CNN, batch 32', group: 'models', request: { case: 'cnn', batch: 32 }, count: 10, only: own },
  { name: 'LSTM over 50 characters, batch 32', group: 'models', request: { case: 'lstm', batch: 32, length: 50 }, count: 10, only: own },
];

export const widths = [128, 256, 512, 513, 1023, 1024, 2048, 4096];
/** @type {Case[]} */
const growth = [
  ...widths.map((width) => ({ name: `batch 64, width ${width}`, group: 'growth', request: { case: 'step', batch: 64, width }, flops: work(64, width), count: Math.max(1, Math.ceil(6000 * (128 / width) ** 2 / 64)), only: own })),
  { name: 'what asking costs: the step of a 1-1-1-1 network', group: 'growth', request: { case: 'step', batch: 1, inputs: 1, width: 1, classes: 1 }, count: 1000, only: own },
];

/** @type {Case[]} */
const company = [
  { name: '1,000 steps, batch 32, alone', group: 'company', request: { case: 'step', batch: 32 }, count: 1000, rounds: 3, only: ['ours', 'PyTorch, 1 '] },
  { name: '1,000 steps, batch 32, beside a second process that does the same', group: 'company', request: { case: 'step', batch: 32 }, count: 1000, rounds: 3, only: ['ours', 'PyTorch, 1 '], kind: 'pair' },
];

/** @type {Case[]} */
const processes = [
  { name: 'from cpu() to the first value', group: 'process', request: { case: 'ready' }, rounds: 7, only: own, kind: 'alone' },
  { name: 'from cpu() to the first loss of the lecture\'s training', group: 'process', request: { case: 'first' }, rounds: 7, only: own, kind: 'alone' },
  { name: 'resident at most over the lecture\'s epoch, batch 64, with its data', group: 'process', request: { case: 'peak', batch: 64, rows: 52_500 }, rounds: 1, only: own, kind: 'alone', unit: 'MiB' },
  { name: 'growth of what is resident, steps 15,000 to 20,000 against 10,000 to 15,000, batch 32', group: 'process', request: { case: 'growth', batch: 32, rows: 3200, steps: 20_000 }, rounds: 1, only: ['ours'], kind: 'alone', unit: 'MiB' },
];

export const cases = [...steps, ...epochs, ...products, ...elements, ...models, ...growth, ...company, ...processes];
