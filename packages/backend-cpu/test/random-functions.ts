/** Random scalar functions and layouts, from a seed: what the tests compare the backends on. */
import { type Bound, contiguous, type CoreBackend, type DType, hostArray, type Layout, type Op, permuted, type Scalar, type Shape, sliced, expanded, trace, type ScalarFunction, type Storage, type TypedArray, type View } from '@nn/tensor/backend';

/** A small generator (mulberry32): whole numbers below n, and numbers in [0, 1). */
export class Dice {
  #state: number;
  constructor(seed: number) { this.#state = seed; }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(n: number): number { return Math.floor(this.next() * n); }
  pick<T>(items: readonly T[]): T { return items[this.below(items.length)]!; }
}

const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

/** Values whose functions are tame: floats in (-4, 4), small integers. */
export function values(dice: Dice, dtype: DType, length: number): TypedArray {
  const out = hostArray(dtype, length);
  for (let i = 0; i < length; i++) {
    out[i] = dtype === 'bool' ? dice.below(2) : dtype === 'uint32' ? dice.below(50) : dtype === 'int32' ? dice.below(100) - 50 : (dice.next() - 0.5) * 8;
  }
  return out;
}

/** A layout of `shape` on a larger array: permuted, strided, reversed, repeated, padded. `size` is what its storage needs. */
export function layout(dice: Dice, shape: Shape): { layout: Layout; length: number } {
  const kind = dice.below(6);
  if (kind === 0 || shape.length === 0) return { layout: contiguous(shape), length: size(shape) };
  if (kind === 1) {
    const from = shape.map((n) => (dice.below(2) ? 1 : n));
    return { layout: expanded(contiguous(from), shape), length: size(from) };
  }
  if (kind === 2) {
    const order = [...shape.keys()].sort(() => dice.next() - 0.5);
    const from: number[] = [];
    order.forEach((axis, i) => { from[axis] = shape[i]!; });
    return { layout: permuted(contiguous(from), order), length: size(from) };
  }
  const axis = dice.below(shape.length);
  if (kind === 3) {
    const from = shape.map((n, i) => (i === axis ? 2 * n + 1 : n));
    return { layout: sliced(contiguous(from), axis, 1, shape[axis]!, 2), length: size(from) };
  }
  if (kind === 4) return { layout: sliced(contiguous(shape), axis, shape[axis]! - 1, shape[axis]!, -1), length: size(shape) };
  const inside = Math.max(1, shape[axis]! - 2);
  const from = shape.map((n, i) => (i === axis ? inside : n));
  const base = contiguous(from);
  const bound: Bound = { strides: shape.map((_, i) => +(i === axis)), offset: -1, size: inside };
  return { layout: { shape, strides: base.strides, offset: -base.strides[axis]!, bounds: [bound] }, length: size(from) };
}

const floatOps: readonly Op[] = ['add', 'sub', 'mul', 'maximum', 'minimum', 'neg', 'abs', 'floor', 'ceil', 'trunc', 'round', 'tanh', 'sigmoid', 'sin', 'cos', 'atan', 'erf', 'relu', 'sign', 'square' as Op];
const wholeOps: readonly Op[] = ['add', 'sub', 'mul', 'maximum', 'minimum', 'floorDiv', 'mod', 'fmod', 'and', 'or', 'xor', 'neg', 'abs', 'sign'];
const spelled: { readonly [op: string]: string } = { maximum: 'maximum', floorDiv: 'floorDivide', mod: 'remainder', and: 'bitwiseAnd', or: 'bitwiseOr', xor: 'bitwiseXor' };
const binary: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'maximum', 'minimum', 'floorDiv', 'mod', 'fmod', 'and', 'or', 'xor']);

/** A function of `count` inputs and one uniform; `continuous` leaves out what magnifies rounding errors. */
export function randomFunction(dice: Dice, dtype: DType, count: number, rank: number): ScalarFunction {
  const inputs = Array.from({ length: count }, () => (dice.below(4) === 0 ? dice.pick<DType>(['bool', 'int32', 'uint32']) : dtype));
  return trace(inputs, [dtype], (leaves, uniforms) => {
    const pool: Scalar[] = [...leaves, uniforms[0]!].map((leaf) => leaf.cast(dtype));
    if (rank > 0 && dice.below(3) === 0) pool.push(pool[0]!.index(dice.below(rank)).cast(dtype));
    const ops = dtype === 'float32' || dtype === 'float64' ? floatOps : wholeOps;
    for (let i = 0; i < 5; i++) {
      const op = dice.pick(ops);
      const [a, b] = [dice.pick(pool), dice.pick(pool)];
      const name = spelled[op] ?? op;
      const method = (a as unknown as Record<string, (...args: Scalar[]) => Scalar>)[name]!;
      let made = binary.has(op) ? method.call(a, b) : method.call(a);
      // Kept small, so that sines stay comparable.
      if (dtype.startsWith('float')) made = made.clamp(-8, 8);
      pool.push(dice.below(4) === 0 ? made.where(a.lt(b), a) : made);
    }
    return pool.slice(-1 - dice.below(2));
  });
}

export interface Case {
  readonly function: ScalarFunction;
  readonly shape: Shape;
  readonly arrays: readonly TypedArray[];
  readonly layouts: readonly Layout[];
  readonly uniforms: readonly number[];
}

export function randomCase(dice: Dice, dtype: DType, shape: Shape = Array.from({ length: dice.below(4) }, () => dice.pick([1, 2, 3, 4, 5, 7, 8, 17]))): Case {
  const f = randomFunction(dice, dtype, 1 + dice.below(3), shape.length);
  const made = f.inputs.map(() => layout(dice, shape));
  return { function: f, shape, layouts: made.map((each) => each.layout), arrays: f.inputs.map((type, i) => values(dice, type, made[i]!.length)), uniforms: [dtype.startsWith('float') ? 1.5 : 3] };
}

/** The inputs of a case as views on `backend`. */
export const upload = (backend: CoreBackend, { arrays, layouts, function: f }: Case): View[] => arrays.map((array, i) => {
  const storage = filled(backend, f.inputs[i]!, array);
  return { ...layouts[i]!, storage };
});

export function filled(backend: CoreBackend, dtype: DType, array: TypedArray): Storage {
  const storage = backend.allocate(dtype, array.length);
  if (array.length > 0) backend.write(storage, array);
  return storage;
}

