import { describe, expect, it } from 'vitest';
import { fuse, type Scalar, tensor } from '@nn/tensor';
import { ordered, trace } from '@nn/tensor/backend';
import { derive } from '@nn/tensor/trace';

const root = (body: (x: Scalar, y: Scalar) => Scalar) => trace(['float32', 'float32'], ['float32'], ([x, y]) => [body(x!, y!)]).roots[0]!;
/** `(x + (y * 2))`, for reading. */
function spelled(node: Scalar): string {
  if (node.op === 'constant') return String(node.value);
  return node.args.length > 0 ? `${node.op}(${node.args.map(spelled).join(', ')})` : `${node.op}${node.value}`;
}
const simplified = (body: (x: Scalar, y: Scalar) => Scalar) => spelled(root(body));

describe('a scalar expression', () => {
  it('folds constants in the dtype that they have', () => {
    expect(simplified((x) => x.mul(x.constant(2).add(3).sqrt().square()))).toBe(`mul(input0, ${Math.fround(Math.fround(Math.sqrt(5)) ** 2)})`);
    expect(simplified((x) => x.where(x.constant(1).lt(2), 7))).toBe('input0');
    expect(trace(['int32'], [], ([x]) => [x!.add(x!.constant(2 ** 31 - 1).add(1))]).roots[0]!.args[1]!.value).toBe(-(2 ** 31));
  });

  it('drops neutral elements', () => {
    expect(simplified((x) => x.add(0).mul(1).sub(0).div(1).neg().neg())).toBe('input0');
    expect(simplified((x) => x.mul(-1))).toBe('neg(input0)');
    expect(simplified((x, y) => x.where(x.lt(y), x))).toBe('input0');
    expect(simplified((x) => x.maximum(x))).toBe('input0');
    expect(simplified((x) => x.lt(1).logicalNot().logicalNot())).toBe('lt(input0, 1)');
  });

  it('keeps what is not neutral for every value', () => {
    expect(simplified((x) => x.mul(0))).toBe('mul(input0, 0)');
    expect(simplified((x) => x.sub(x))).toBe('sub(input0, input0)');
  });

  it('spells small powers as products', () => {
    expect(simplified((x) => x.pow(2))).toBe('mul(input0, input0)');
    expect(simplified((x) => x.pow(-1))).toBe('div(1, input0)');
    expect(simplified((x) => x.pow(0))).toBe('1');
    expect(simplified((x) => x.pow(2.5))).toBe('pow(input0, 2.5)');
  });

  it('is one object for equal parts', () => {
    const [a, b] = trace(['float32'], [], ([x]) => [x!.exp().add(1), x!.exp().add(1)]).roots;
    expect(a).toBe(b);
    expect(ordered([root((x) => x.exp().mul(x.exp()).add(x.exp()))])).toHaveLength(4);
  });

  it('promotes as PyTorch does', () => {
    const dtype = (body: (b: Scalar, i: Scalar, f: Scalar) => Scalar) => trace(['bool', 'int32', 'float32'], [], ([b, i, f]) => [body(b!, i!, f!)]).roots[0]!.dtype;
    expect(dtype((b, i) => b.add(i))).toBe('int32');
    expect(dtype((_, i, f) => i.mul(f))).toBe('float32');
    expect(dtype((_, i) => i.div(i))).toBe('float32');
    expect(dtype((_, i) => i.add(2.5))).toBe('float32');
    expect(dtype((b) => b.mul(b))).toBe('bool');
    expect(dtype((_, i, f) => f.lt(i))).toBe('bool');
  });

  it('has a key that tells functions apart, and only those', () => {
    const key = (body: (x: Scalar, y: Scalar) => Scalar) => trace(['float32', 'float32'], [], ([x, y]) => [body(x!, y!)]).key;
    expect(key((x, y) => x.add(y).exp())).toBe(key((x, y) => x.add(y).exp()));
    const different = [key((x, y) => x.sub(y)), key((x, y) => y.sub(x)), key((x) => x.add(0.5)), key((x) => x.mul(x)), key((x) => x.exp()), key((x) => x.mul(Infinity)), key((x) => x.maximum(0)), key((x) => x.maximum(-0))];
    expect(new Set(different).size).toBe(different.length);
  });

  it('refuses parts of another function, and results that are none', () => {
    let stolen: Scalar | undefined;
    trace(['float32'], [], ([x]) => [(stolen = x!)]);
    expect(() => trace(['float32'], [], ([x]) => [x!.add(stolen!)])).toThrow(/another fused function/);
    expect(() => fuse(() => 1 as unknown as Scalar)(tensor(1))).toThrow('fuse: the function returned something else than an expression');
  });
});

describe('a derivative', () => {
  it('of mish stays small: shared parts are one node', () => {
    const mish = trace(['float32'], [], ([x]) => [x!.mul(x!.exp().log1p().tanh())]);
    const first = derive(mish, [0]);
    expect(ordered([first.roots[0]!]).length).toBeLessThan(60);
  });

  it('reads the output where it contains it', () => {
    const leaves = (f: (x: Scalar) => Scalar) => ordered([derive(trace(['float32'], [], ([x]) => [f(x!)]), [0]).roots[0]!]).filter((node) => node.op === 'input').map((node) => node.value).sort((a, b) => a - b);
    // Inputs are numbered: x, the output, the output's gradient.
    expect(leaves((x) => x.sigmoid())).toEqual([1, 2]);
    expect(leaves((x) => x.tanh())).toEqual([1, 2]);
    expect(leaves((x) => x.exp())).toEqual([1, 2]);
    expect(leaves((x) => x.relu())).toEqual([1, 2]);
    expect(leaves((x) => x.sin())).toEqual([0, 2]);
    expect(leaves((x) => x.add(3))).toEqual([2]);
  });

  it('is absent where nothing flows', () => {
    expect(derive(trace(['float32', 'float32'], [], ([x, y]) => [x!.floor().add(y!)]), [0, 1]).roots.map((node) => node?.op)).toEqual([undefined, 'input']);
  });
});
