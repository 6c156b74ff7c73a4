/** Functions of whole rows: softmax, norms, several reductions in one kernel, on any axes; and many overwritten at once. */
import { fuse, fuseRows, type Scalar, type Tensor } from '../src/index.ts';
import { together } from '../src/together.ts';
import { type Case, input, operation, values } from './case.ts';

const softmax = fuseRows((x: Scalar) => {
  const e = x.sub(x.rowPeak()).exp();
  return e.div(e.rowSum());
});
/** Normalized, with a factor and a shift for each column; and the mean of each row. */
const norm = fuseRows((x: Scalar, scale: Scalar, shift: Scalar, count: Scalar) => {
  const mean = x.rowSum().div(count);
  const centred = x.sub(mean);
  return [centred.mul(centred.square().rowSum().div(count).add(1e-5).rsqrt()).mul(scale).add(shift), mean];
});
const extremes = fuseRows((x: Scalar) => [x.sub(x.rowMin()).div(x.rowMax().sub(x.rowMin()).add(1)), x.rowMax(), x.rowMin()]);
/** The distance of each element to the row's own point, and the sum of them. */
const distances = fuseRows((x: Scalar, at: Scalar) => { const d = x.sub(at).square(); return [d, d.rowSum().add(at)]; }, { perRow: [1] });
const placed = fuseRows((x: Scalar) => { const best = x.index(1).where(x.eq(x.rowMax()), 0).rowSum(); return [best, x.gt(0).rowSum()]; });
const nested = fuseRows((x: Scalar, y: Scalar) => x.mul(x.mul(y.sub(y.rowSum()).rowMax()).rowSum().add(y.rowSum())));

const step = fuse((p: Scalar, g: Scalar, v: Scalar, lr: Scalar) => { const next = v.mul(0.9).add(g); return [p.sub(next.mul(lr)), next]; });

export const rows: readonly Case[] = [
  ...operation('softmax of rows', [input([5, 7])], (x) => softmax(1, x), { times: 8, smoke: true }),
  ...operation('softmax of columns', [input([5, 7])], (x) => softmax(0, x), { times: 8 }),
  ...operation('softmax over the middle axis', [input([3, 5, 4])], (x) => softmax(1, x), { times: 8 }),
  ...operation('softmax over two axes', [input([3, 5, 4])], (x) => softmax([0, 2], x), { times: 8 }),
  ...operation('softmax of all', [input([4, 5])], (x) => softmax(undefined, x), { times: 8 }),
  ...operation('softmax of a transpose', [input([7, 5])], (x) => softmax(1, x.transpose(0, 1)), { times: 8 }),
  ...operation('softmax of padded rows', [input([3, 4])], (x) => softmax(1, x.pad([1, 2])), { times: 8 }),
  ...operation('softmax of single elements', [input([4, 1])], (x) => softmax(1, x), { times: 8 }),
  ...operation('softmax of a long row', [input([2, 3000])], (x) => softmax(1, x), { times: 16 }),
  ...operation('softmax of many short rows', [input([700, 3])], (x) => softmax(1, x), { times: 8 }),
  ...operation('softmax of nothing', [input([0, 3])], (x) => softmax(1, x)),
  ...operation('softmax of empty rows', [input([3, 0])], (x) => softmax(1, x)),
  ...operation('norm of rows', [input([4, 6]), input([6], { seed: 1 }), input([6], { seed: 2 })], (x, scale, shift) => norm(1, x, scale, shift, 6), { times: 64, smoke: true }),
  ...operation('norm over batch and width', [input([4, 3, 5]), input([3, 1], { seed: 1 }), input([3, 1], { seed: 2 })], (x, scale, shift) => norm([0, 2], x, scale, shift, 20)[0], { times: 64 }),
  ...operation('extremes of rows', [input([5, 9])], (x) => extremes(1, x), { times: 8 }),
  ...operation('an operand per row', [input([4, 6]), input([4, 1], { seed: 1 })], (x, at) => distances(1, x, at), { times: 16 }),
  ...operation('the same operand for every row', [input([4, 6]), input([1, 1], { seed: 1 })], (x, at) => distances(1, x, at), { times: 64 }),
  ...operation('rows of rows', [input([3, 4]), input([3, 4], { seed: 1 })], (x, y) => nested(1, x, y), { times: 64 }),
  values('places in rows', [input([5, 9])], (x) => placed(1, x)),

  values('overwriting many tensors at once', [1, 2, 3].flatMap((seed) => [input([seed * 50, 7], { seed }), input([seed * 50, 7], { seed: seed + 3 }), input([seed * 50, 7], { seed: seed + 6 })]), (...xs) => {
    const groups = [0, 3, 6].map((i) => xs.slice(i, i + 3) as [Tensor, Tensor, Tensor]);
    together(() => { for (const [p, g, v] of groups) step.into([p, v], p, g, v, 0.1); });
    together(() => { for (const [i, [p, g, v]] of groups.entries()) step.into([p, v], p, g, v, i / 8); });
    return xs;
  }, { times: 4, smoke: true }),
  values('overwriting what was just overwritten', [input([40]), input([40], { seed: 1 }), input([40], { seed: 2 })], (p, g, v) => {
    together(() => {
      step.into([p, v], p, g, v, 0.1);
      step.into([p, g], p, v, g, 0.1);
      v.assign(p.mul(2));
    });
    return [p, g, v];
  }, { times: 4 }),
];
