/** Functions compiled into one kernel: several results, coordinates, overwriting, and more operands than a kernel takes. */
import { fuse, type Scalar, type Tensor } from '../src/index.ts';
import { type Case, compared, input, operation, upload, values } from './case.ts';

/** What a user writes: an activation and an optimizer, a few lines each. */
const swish = fuse((x: Scalar) => x.mul(x.sigmoid()));
const mish = fuse((x: Scalar) => x.mul(x.exp().log1p().tanh()));
const momentum = fuse((p: Scalar, g: Scalar, v: Scalar, lr: Scalar) => {
  const next = v.mul(0.9).add(g);
  return [p.sub(next.mul(lr)), next];
});

const polar = fuse((x: Scalar, y: Scalar) => [x.square().add(y.square()).sqrt(), y.atan2(x)]);
const swapped = fuse((x: Scalar, y: Scalar) => [y, x]);
const checkered = fuse((x: Scalar) => [x.where(x.index(0).add(x.index(1)).remainder(2).eq(0), x.neg()), x.index(0).mul(10).add(x.index(1))]);
const scrambled = fuse((x: Scalar) => x.mul(0x9e3779b1 | 0).bitwiseXor(x.bitwiseRightShift(3)).bitwiseAnd(0xffff));
const mixedUp = fuse((x: Scalar, n: Scalar, on: Scalar) => [x.mul(n).where(on, 0), n.add(on), x.gt(n).logicalAnd(on)]);
const constants = fuse((x: Scalar) => x.mul(0.1).add(1 / 3).maximum(-1e30).minimum(1e30).sub(1e-7));
const shared = fuse((x: Scalar) => { const e = x.exp(); return [e, e.add(1), e.mul(e).div(e.add(1))]; });

const COUNT = 20;
const many = Array.from({ length: COUNT }, (_, i) => input([2, 3], { seed: i }));
const wide = fuse((...xs: Scalar[]) => xs.map((x, i) => x.mul(xs[(i + 1) % xs.length]!).add(xs[(i + 7) % xs.length]!)));
const folded = fuse((...xs: Scalar[]) => xs.reduce((sum, x) => sum.mul(0.75).add(x)));
const rotated = fuse((...xs: Scalar[]) => xs.map((x, i) => x.add(xs[(i + 1) % xs.length]!)));
const weighted = fuse((x: Scalar, ...weights: Scalar[]) => weights.reduce((sum, weight) => sum.mul(0.5).add(weight), x));

const three = [input([3, 4]), input([3, 4], { seed: 1 }), input([3, 4], { seed: 2 })] as const;
/** The tensors after `change` overwrote some of them. */
const overwritten = (change: (x: Tensor, y: Tensor, z: Tensor) => void) => (x: Tensor, y: Tensor, z: Tensor) => {
  change(x, y, z);
  return [x, y, z];
};

export const fused: readonly Case[] = [
  ...operation('a user\'s activation', [input([3, 4])], (x) => [swish(x), mish(x)], { times: 8, smoke: true }),
  values('a user\'s optimizer', three, overwritten((p, g, v) => {
    for (const rate of [0.1, 0.05, 0.01]) momentum.into([p, v], p, g, v, rate);
  }), { times: 4, smoke: true }),
  ...operation('several results', three.slice(0, 2), (x, y) => polar(x, y), { times: 8 }),
  ...operation('the first of several results', three.slice(0, 2), (x, y) => polar(x, y)[0], { times: 8 }),
  ...operation('the last of several results', three.slice(0, 2), (x, y) => polar(x, y)[1], { times: 8 }),
  ...operation('results of broadcast and strided operands', [input([4, 3]), input([1, 4], { seed: 1 })], (x, y) => polar(x.transpose(0, 1), y), { times: 8 }),
  ...operation('results that are operands', three.slice(0, 2), (x, y) => swapped(x, y)),
  ...operation('coordinates', [input([3, 4])], (x) => checkered(x)[0]),
  values('coordinates of views', [input([4, 3])], (x) => [...checkered(x.transpose(0, 1)), ...checkered(x.pad([1, 0]).at())]),
  values('bits', [input([16], { dtype: 'int32' })], (x) => scrambled(x), { needs: ({ integers }) => (integers < 2 ** 31 ? 'integers are not exact to 2 ** 31' : undefined) }),
  ...operation('operands of several dtypes', [input([12]), input([12], { dtype: 'int32' }), input([12], { dtype: 'bool' })], (x, n, on) => mixedUp(x, n, on)),
  ...operation('captured numbers', [input([12])], (x) => constants(x)),
  ...operation('shared parts', [input([12])], (x) => shared(x), { times: 8 }),
  compared('numbers as arguments', (device) => {
    const x = upload(device, input([5]));
    return [...[0.5, -2, 1e-4].map((rate) => momentum(x, x, x, rate)[0]), polar(x, 3)[0], polar(-1, x)[1]];
  }, { times: 4 }),

  values('overwriting an operand', three, overwritten((x, y) => { folded.into([x], x, y); })),
  values('overwriting another tensor', three, overwritten((x, y, z) => { folded.into([z], x, y); })),
  values('overwriting by views', [input([3, 4]), input([4, 3]), input([4])], overwritten((x, y, z) => { folded.into([x], x, y.transpose(0, 1), z); })),
  values('overwriting two operands by each other', three, overwritten((x, y) => { swapped.into([x, y], x, y); })),
  values('overwriting by another order of itself', [input([70, 70]), input([70, 70], { seed: 1 })], (x, y) => {
    folded.into([x], x, x.T);
    y.assign(y.flip());
    return [x, y];
  }),
  values('overwriting with repeated operands', three, overwritten((x, y) => { folded.into([x], x, x, y); })),

  ...operation(`${COUNT} operands, one result`, many, (...xs) => folded(...xs), { times: 4 }),
  ...operation(`${COUNT} operands, ${COUNT} results`, many, (...xs) => wide(...xs), { times: 4 }),
  values(`${COUNT} operands overwritten by their neighbours`, many, (...xs) => {
    rotated.into(xs, ...xs);
    return xs;
  }),
  values(`${COUNT} numbers`, [input([5])], (x) => weighted(x, ...Array.from({ length: COUNT }, (_, i) => i / 8)), { times: 4 }),
  values(`a sum of ${COUNT} operands`, many, (...xs) => folded.reduce('sum', 1, ...xs), { times: 4 }),
];
