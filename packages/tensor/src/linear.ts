import { type DType, isFloat, promote, rankOf } from './dtype.ts';
import { fail, show } from './errors.ts';
import { type ScalarFunction, traceWide } from './expr/function.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { run } from './primitives.ts';
import { broadcastShapes, sizeOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/** A bias and an activation that a product may take on within its own kernel. */
export interface LinearEnd {
  readonly bias?: Tensor | undefined;
  readonly activation?: 'relu' | 'sigmoid' | 'tanh' | undefined;
}

/** Matrix product with PyTorch's rules for vectors and batches; `end` is applied in the same kernel. */
export function matmul(a: Tensor, b: Tensor, end: LinearEnd = {}): Tensor {
  const [left, right] = [a.shape.length, b.shape.length];
  if (left === 0 || right === 0) fail('matmul', `a scalar has no axis to sum over: ${show(a.shape)} x ${show(b.shape)}`, 'Use mul.');
  const [inner, other] = [a.shape[left - 1]!, b.shape[Math.max(0, right - 2)]!];
  if (inner !== other) {
    fail('matmul', `inner sizes differ: ${show(a.shape)} x ${show(b.shape)} (${inner} and ${other})`,
      right === 1 ? `The right operand must be [${inner}].` : `The right operand must be [${[...b.shape.slice(0, -2), inner, 'n'].join(', ')}].`);
  }
  const dtype = promote(a.dtype, b.dtype);
  if (left === 2 && right === 2 && a.dtype === b.dtype && isFloat(dtype)) return product(a, b, false, end);
  return scope(() => {
    if (dtype === 'bool') fail('matmul', 'the operands are bool', 'Cast them to int32 or float32 first.');
    const x = (left === 1 ? a.unsqueeze(0) : a).cast(dtype);
    const y = (right === 1 ? b.unsqueeze(1) : b).cast(dtype);
    const batch = broadcastShapes('matmul', x.shape.slice(0, -2), y.shape.slice(0, -2));
    const product = multiply(x, y, batch, end);
    const squeezed = [...batch, ...(left === 1 ? [] : [a.shape[left - 2]!]), ...(right === 1 ? [] : [b.shape[right - 1]!])];
    return product.reshape(...squeezed);
  }, 'matmul');
}

/** A left batch over one right matrix is a single larger product. */
function multiply(x: Tensor, y: Tensor, batch: readonly number[], end: LinearEnd): Tensor {
  const [rows, inner] = x.shape.slice(-2) as [number, number];
  if (y.shape.length === 2 && batch.length > 0) return multiply(x.reshape(sizeOf(batch) * rows, inner), y, [], end).reshape(...batch, rows, y.shape[1]!);
  if (!isFloat(x.dtype)) return endOf(products.reduce('sum', -2, x.unsqueeze(-1), y.unsqueeze(-3)), end);
  const operands = [x.expand([...batch, rows, inner]), y.expand([...batch, ...y.shape.slice(-2)])];
  return product(operands[0]!, operands[1]!, false, end);
}

/** `x y`, or `x y^T` where y is `turned`, of equal batch axes. */
function product(x: Tensor, y: Tensor, turned: boolean, end: LinearEnd): Tensor {
  const f = epilogueFor(x.dtype, end);
  return run('matmul', end.bias ? [x, y, end.bias] : [x, y], { ...(turned && { turned: [false, true] as const }), ...(f && { epilogue: { function: f, uniforms: [] } }) })[0]!;
}

/** Whole numbers are multiplied and summed as such: engines have products of floats only. */
const products = fuse((a: Scalar, b: Scalar) => a.mul(b));
const endOf = (y: Tensor, { bias, activation }: LinearEnd): Tensor => {
  const sum = bias ? y.add(bias) : y;
  return activation ? sum[activation]() : sum;
};

const epilogues = new Map<LinearEnd['activation'], Map<number, ScalarFunction>>();

export function epilogueFor(dtype: DType, { bias, activation }: LinearEnd): ScalarFunction | undefined {
  if (!bias && !activation) return undefined;
  let ofTypes = epilogues.get(activation);
  if (!ofTypes) epilogues.set(activation, (ofTypes = new Map()));
  const key = 8 * rankOf(dtype) + (bias ? rankOf(bias.dtype) : 7);
  let f = ofTypes.get(key);
  if (!f) {
    f = traceWide(bias ? [dtype, bias.dtype] : [dtype], [], ([product, add]) => {
      const sum = add ? product!.add(add) : product!;
      return [activation ? sum[activation]() : sum];
    });
    ofTypes.set(key, f);
  }
  return f;
}

/**
 * `x @ weight^T + bias`, and an activation in the same kernel.
 *
 * @param x [..., in] or [in]
 * @param weight [out, in]
 * @param bias [out]
 * @returns [..., out]
 * @throws where the last size of `x` is not `in`
 * @example
 * linear(ones([32, 784]), zeros([10, 784]), zeros([10])).shape; // [32, 10]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor, activation?: LinearEnd['activation']): Tensor {
  const [out, size] = weight.shape;
  if (x.shape.length === 0 || x.shape.at(-1) !== size) {
    fail('linear', `the input is ${show(x.shape)}, the weight ${show(weight.shape)} takes a last axis of ${size}`, `Give it [..., ${size}], or make a layer of ${x.shape.at(-1)} inputs.`);
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== out)) fail('linear', `the bias is ${show(bias.shape)}, the weight ${show(weight.shape)} needs [${out}]`);
  const dtype = promote(x.dtype, weight.dtype);
  if (x.shape.length === 2 && isFloat(dtype) && x.dtype === weight.dtype) return product(x, weight, true, { bias, activation });
  return scope(() => {
    if (!isFloat(dtype)) return matmul(x, weight.transpose(0, 1), { bias, activation });
    return product(x.reshape(sizeOf(x.shape.slice(0, -1)), size!).cast(dtype), weight.cast(dtype), true, { bias, activation }).reshape(...x.shape.slice(0, -1), out!);
  }, 'linear');
}
