// What is measured. `group` is the heading it appears under; `flops` of one iteration where that says something; `count` iterations a turn for the fastest.

const mlp = 784 * 512 + 512 * 512 + 512 * 10;

/**
 * @typedef {{ name: string, group: string, request: Record<string, unknown>, flops?: number, count: number, torch?: Record<string, unknown>[], rounds?: number }} Case
 * `torch`: what PyTorch is asked instead, where there are several ways to say it: the fastest counts.
 */

/** @type {Case[]} */
const steps = [32, 64, 256, 1024].map((batch) => ({
  name: `training step, batch ${batch}`, group: 'step', request: { case: 'step', batch }, flops: 2 * batch * (3 * mlp - 784 * 512), count: Math.max(2, Math.ceil(2000 / batch)),
  torch: [{ case: 'step', batch }, { case: 'bare', batch }],
}));

/** @type {Case[]} */
const epochs = [32, 64].map((batch) => ({
  name: `epoch of 52,500 images, batch ${batch}`, group: 'epoch', request: { case: 'epoch', batch, rows: 52_500 }, count: 1, rounds: 3,
}));

const shapes = /** @type {const} */ ([
  [1024, 1024, 1024, ''], [1024, 1024, 1024, 'left'], [1024, 1024, 1024, 'right'], [513, 513, 513, ''], [1023, 1023, 1023, ''],
  [32, 512, 784, 'right'], [32, 512, 512, ''], [512, 784, 32, 'left'], [64, 512, 784, 'right'], [64, 512, 512, ''], [512, 784, 64, 'left'], [1, 4096, 4096, 'right'],
]);
/** @type {Case[]} */
const products = shapes.map(([m, n, k, turned]) => ({
  name: `${m} x ${k} x ${n}${turned && `, ${turned} operand turned`}`, group: 'product', flops: 2 * m * n * k, count: Math.ceil(1e9 / (m * n * k)),
  request: { case: 'gemm', m, n, k, left: turned === 'left', right: turned === 'right' },
}));

/** @type {Case[]} */
const elements = [
  ...['exp', 'tanh'].map((op) => ({ name: `${op} of 1M numbers`, group: 'elements', request: { case: 'unary', op, size: 1_000_000 }, count: 10 })),
  ...[0, 1].map((axis) => ({ name: `sum of [1000, 1000] over axis ${axis}`, group: 'elements', request: { case: 'reduce', rows: 1000, columns: 1000, axis }, count: 20 })),
];

export const cases = [...steps, ...epochs, ...products, ...elements];
