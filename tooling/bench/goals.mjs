// What the CPU backend is meant to reach, as ratios of medians that stand in the results.
import { widths } from './cases.mjs';

/** @typedef {import('./report.mjs').Results['cases']} Cases */
/**
 * A value of a case: the median of a contestant. PyTorch stands for the better of its thread settings.
 * @typedef {(name: string, contestant: string) => number} Value
 */
/** @typedef {{ text: string, least?: number, most?: number, value: (v: Value) => number }} Goal */

const lecture = (/** @type {number} */ batch) => `training step, batch ${batch}`;
const epoch = (/** @type {number} */ batch) => `epoch of 52,500 images, batch ${batch}`;
const square = '1024 x 1024 x 1024';
const lectureShapes = ['32 x 784 x 512, right operand turned', '32 x 512 x 512', '512 x 32 x 784, left operand turned', '64 x 784 x 512, right operand turned', '64 x 512 x 512', '512 x 64 x 784, left operand turned'];

/** The better of the ways in which a peer's program is written. */
const fastest = (/** @type {Value} */ v, /** @type {string} */ name, /** @type {string} */ peer) => Math.min(...[v(name, peer), v(name, `${peer}, bare tensors`)].filter(Number.isFinite));
/** How many times as long as ours a peer takes. */
const times = (/** @type {string} */ name, /** @type {string} */ peer, us = 'ours') => (/** @type {Value} */ v) => fastest(v, name, peer) / v(name, us);
const spread = (/** @type {number[]} */ values) => Math.max(...values) / Math.min(...values);

/** @type {Goal[]} */
const steps = /** @type {[string, string, string, number, number][]} */ ([
  ['PyTorch', 'ours', 'pure WebAssembly', 1.2, 0.95], ['PyTorch', 'ours, BLAS', 'with BLAS', 1.7, 1.5], ['jax-js', 'ours', 'pure WebAssembly', 5.5, 4.8], ['tfjs wasm', 'ours', 'pure WebAssembly', 30, 35],
]).flatMap(([peer, us, how, ...least]) => [32, 64].map((batch, i) => ({ text: `step, batch ${batch}: times as fast as ${peer}${peer === 'PyTorch' ? ' at its best' : ''}, ${how}`, least: /** @type {number} */ (least[i]), value: times(lecture(batch), peer, us) })));

/** @type {Goal[]} */
const epochs = /** @type {[string, string, number][]} */ ([['PyTorch', 'ours', 2], ['PyTorch, 4 workers', 'ours', 4], ['PyTorch', 'ours, BLAS', 2.5], ['PyTorch, 4 workers', 'ours, BLAS', 5]])
  .flatMap(([peer, us, least]) => [32, 64].map((batch) => ({ text: `epoch, batch ${batch}: ${us}, times as fast as ${peer}${peer === 'PyTorch' ? ', no workers' : ''}`, least, value: times(epoch(batch), peer, us) })));

/** @type {Goal[]} */
const products = [
  { text: `product, ${square}: share of the 128-bit FMA ceiling on one thread`, least: 0.85, value: times(square, 'FMA ceiling', 'ours, 1 thread') },
  { text: 'products of the lecture: share of that ceiling, the worst', least: 0.85, value: (v) => Math.min(...lectureShapes.map((name) => times(name, 'FMA ceiling', 'ours, 1 thread')(v))) },
  { text: `product, ${square}: two threads, times as fast as one`, least: 1.8, value: times(square, 'ours, 1 thread') },
  { text: `product, ${square}: with BLAS, share of what it reaches alone`, least: 0.9, value: times(square, 'BLAS alone', 'ours, BLAS') },
  { text: 'products of 513 and 1023: time per FLOP against 512 and 1024, the worst', most: 1.25, value: (v) => Math.max(...[[513, 512], [1023, 1024]].map(([odd = 0, even = 0]) => v(`${odd} x ${odd} x ${odd}`, 'ours') / v(`${even} x ${even} x ${even}`, 'ours') / (odd / even) ** 3)) },
];

/** @type {Goal[]} */
const others = [
  { text: 'exp of 1M numbers: times as fast as Math.exp', least: 10, value: times('exp of 1M numbers', 'Math') },
  { text: 'tanh of 1M numbers: times as fast as Math.tanh', least: 15, value: times('tanh of 1M numbers', 'Math') },
  { text: 'step: share of the time that is not in kernels, batch 32', most: 0.1, value: (v) => v('what asking costs: the step of a 1-1-1-1 network', 'ours') / v(lecture(32), 'ours') },
  { text: 'two trainings at once: times a step on one thread', most: 2, value: (v) => v('1,000 steps, batch 32, beside a second process that does the same', 'ours') / v('1,000 steps, batch 32, alone', 'ours, 1 thread') },
  { text: 'memory over an epoch: share of PyTorch\'s', most: 1, value: (v) => 1 / times('resident at most over the lecture\'s epoch, batch 64, with its data', 'PyTorch')(v) },
  { text: 'growth of memory over 10,000 steps, after as many, MiB', most: 16, value: (v) => v('growth of what is resident, steps 15,000 to 20,000 against 10,000 to 15,000, batch 32', 'ours') },
  { text: 'from cpu() to the first value, ms', most: 50, value: (v) => v('from cpu() to the first value', 'ours') },
  { text: 'from cpu() to the first loss, ms', most: 150, value: (v) => v('from cpu() to the first loss of the lecture\'s training', 'ours') },
];

/** What was reached of all of them, as far as it was measured. `cases` have the better of PyTorch's settings under `PyTorch`.
 * @param {Cases} cases
 * @returns {{ text: string, wanted: string, value: number, met: boolean }[]} */
export function reached(cases) {
  const byName = new Map(cases.map((item) => [item.name, item]));
  const value = (/** @type {string} */ name, /** @type {string} */ contestant) => byName.get(name)?.values[contestant]?.median ?? NaN;
  const perFlop = (/** @type {string[]} */ names) => names.map((name) => value(name, 'ours') / (byName.get(name)?.flops ?? NaN));
  /** @type {Goal[]} */
  const growth = [
    { text: 'batch 32 to 1024: time per FLOP, slowest against fastest', most: 2, value: () => spread(perFlop([32, 64, 256, 1024].map(lecture))) },
    { text: 'width 128 to 4096: time per FLOP, slowest against fastest', most: 2, value: () => spread(perFlop(widths.map((width) => `batch 64, width ${width}`))) },
    { text: 'widths 513 and 1023: time per FLOP against 512 and 1024, the worst', most: 1.25, value: () => Math.max(...[[513, 512], [1023, 1024]].map((pair) => { const [odd = NaN, even = NaN] = perFlop(pair.map((width) => `batch 64, width ${width}`)); return odd / even; })) },
  ];
  return [...steps, ...epochs, ...products, ...growth, ...others].map(({ text, least, most, value: of }) => {
    const found = of(value);
    return { text, wanted: least === undefined ? `at most ${most}` : `at least ${least}`, value: found, met: least === undefined ? found <= (most ?? 0) : found >= least };
  }).filter(({ value: found }) => Number.isFinite(found));
}
