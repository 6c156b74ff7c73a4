/** Filled, copied and random tensors; random bits equal the host's exactly. */
import {
  arange, type Device, eye, full, fullLike, fuse, Generator, ones, onesLike, rand, randint, randn, randperm, type Scalar, tensor, type Tensor, zeros, zerosLike,
} from '../src/index.ts';
import { type Case, type CaseOptions, checked, compared, having, input, upload } from './case.ts';
import { firstDifference } from './compare.ts';

/** What `draw` gives has to be these numbers, to the last bit. */
const exactly = (name: string, draw: (device: Device) => Tensor, expected: () => ArrayLike<number>, options?: CaseOptions) =>
  checked(name, async ({ device }) => {
    const wrong = firstDifference(await draw(device).data(), expected(), 0);
    return wrong ? [`the result ${wrong}`] : [];
  }, options);

/** A generator that has drawn before: its counter is past 2 ** 32 where `far`. */
function generator(far: boolean): Generator {
  const made = new Generator(1234).fork('masks');
  made.state = { ...made.state, counter: far ? 2 ** 33 + 5 : 3 };
  return made;
}

const spread = fuse((numbers: Scalar, range: Scalar) => numbers.sub(0.5).mul(range));

const random: Case[] = [
  ...[1, 2, 3, 4, 5, 7, 8, 63, 1000, 4099].map((length) =>
    exactly(`${length} uniform numbers`, (device) => rand([length], { device, generator: new Generator(42) }), () => new Generator(42).uniform(length), { smoke: length === 63 })),
  ...[false, true].map((far) => exactly(`uniform numbers from a ${far ? 'high' : 'later'} counter`, (device) => rand([3, 11], { device, generator: generator(far) }), () => generator(far).uniform(33))),
  exactly('one draw after another', (device) => {
    const from = new Generator(7);
    rand([5], { device, generator: from });
    return rand([6], { device, generator: from });
  }, () => {
    const from = new Generator(7);
    from.uniform(5);
    return from.uniform(6);
  }),
  exactly('random numbers spread around zero', (device) => spread(rand([100], { device, generator: new Generator(5) }), 0.3), () => new Generator(5).uniform(100).map((u) => Math.fround(0.3) * (u - 0.5))),
  exactly('a mask of random numbers', (device) => rand([100], { device, generator: new Generator(5) }).lt(0.8), () => new Generator(5).uniform(100).map((u) => +(u < Math.fround(0.8)))),
  compared('normal, whole and permuted numbers', (device) => [
    randn([7], { device, generator: new Generator(1) }), randint(-5, 9, [3, 3], { device, generator: new Generator(2) }), randperm(20, { device, generator: new Generator(3) }),
  ], { tolerance: 0 }),
  compared('random float64', (device) => [rand([5], { device, dtype: 'float64', generator: new Generator(1) }), randn([5], { device, dtype: 'float64', generator: new Generator(1) })], { needs: having('float64'), tolerance: 0 }),
];

export const creation: readonly Case[] = [
  compared('filled', (device) => [zeros([2, 3], { device }), ones([4], { device }), full([2, 2], -7.25, { device }), full([], 3, { device }), full([3], true, { device }), full([3], -5, { dtype: 'int32', device })], { smoke: true }),
  compared('of host values', (device) => [
    tensor([[1, 2], [3, 4.5]], { device }), tensor(7, { device }), tensor([true, false], { device }), tensor(new Int32Array([1, -2]), { device }), tensor(new Uint8Array([0, 255]), { device }),
    tensor(new Uint8Array([0, 255]), { device, dtype: 'float32' }), tensor([1, 0, 2], { device, dtype: 'bool' }), tensor(new Float32Array(6), { device, shape: [2, 3] }),
  ]),
  compared('like another', (device) => {
    const x = upload(device, input([2, 3]));
    return [zerosLike(x), onesLike(x.T), fullLike(x, 2.5), x.newFull([3], 4), x.newFull([2], 1, { dtype: 'bool' })];
  }),
  compared('counting and the identity', (device) => [arange(5, undefined, 1, { device }), arange(1, 2, 0.25, { device }), arange(5, 0, -2, { device }), eye(3, 4, { device })]),
  compared('assign', (device) => {
    const [x, y] = [upload(device, input([2, 3])), upload(device, input([3, 2], { seed: 1 }))];
    const part = x.at(1);
    x.assign(y.T);
    return [x, part, y.assign(upload(device, input([3, 2], { dtype: 'int32' }))), tensor(1, { device }).assign(y.sum())];
  }),
  compared('clone, detach', (device) => {
    const x = upload(device, input([2, 3]));
    return [x.T.clone(), x.detach(), x.pad([1, 0]).clone().reshape(-1)];
  }),
  checked('item, toArray, to', async ({ device, reference }) => {
    const x = tensor([[1, 2], [3, 4]], { device });
    const moved = await x.to(reference);
    const back = await moved.T.to(device);
    const found = JSON.stringify([await x.at(1, 0).item(), await x.T.toArray(), await x.gt(2).toArray(), await back.toArray(), back.device === device]);
    return found === '[3,[[1,3],[2,4]],[[false,false],[true,true]],[[1,3],[2,4]],true]' ? [] : [found];
  }),
  ...random,
];
