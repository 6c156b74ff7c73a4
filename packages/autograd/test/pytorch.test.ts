/** Gradients against PyTorch's, and layers' worth of them: linear and convolution. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { type DType, linear, tensor, type Tensor } from '@nn/tensor';
import convs from '../../../tooling/reference/fixtures/conv.json' with { type: 'json' };
import linears from '../../../tooling/reference/fixtures/linear.json' with { type: 'json' };
import ops from '../../../tooling/reference/fixtures/ops.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';

interface FixtureTensor { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }
const load = ({ dtype, shape, data }: FixtureTensor, requiresGrad = false): Tensor => tensor(numbers(data), { dtype: dtype as DType, shape, requiresGrad });

async function expectClose(found: Tensor | null, expected: readonly FixtureNumber[], where: (i: number) => boolean = () => true): Promise<void> {
  const values = await found!.data();
  const right = numbers(expected);
  const wrong = right.flatMap((value, i) => {
    const is = values[i]!;
    return !where(i) || is === value || Object.is(is, value) || Math.abs(is - value) <= 1e-11 * Math.max(1, Math.abs(value)) ? [] : [`element ${i}: ${is} instead of ${value}`];
  });
  expect(wrong).toEqual([]);
}

interface Entry {
  readonly op: string; readonly output: readonly FixtureNumber[]; readonly gradients?: readonly (readonly FixtureNumber[])[];
  readonly options?: { readonly min?: number; readonly max?: number; readonly exponent?: number }; readonly condition?: readonly FixtureNumber[];
}

/** Calls the method of this name. */
function called(x: Tensor, name: string, ...args: unknown[]): Tensor {
  return (x[name as keyof Tensor] as (...operands: unknown[]) => Tensor).apply(x, args);
}

// Gradients at infinities, NaN and outside of a domain are a matter of formulas; elsewhere they are the same.
describe('at special points', () => {
  const inputs = numbers(ops.points);
  for (const { op, options, output, gradients } of ops.unary as Entry[]) {
    if (!gradients) continue;
    it(`${op} ${options ? JSON.stringify(options) : ''}`, async () => {
      const x = tensor(inputs, { dtype: 'float64', requiresGrad: true });
      const { min, max, exponent } = options ?? {};
      const y = called(x, op, ...(exponent === undefined ? [min, max] : [exponent]));
      if (y.requiresGrad) y.sum().backward();
      const [values, slopes] = [numbers(output), numbers(gradients[0]!)];
      await expectClose(x.grad ?? x.newFull(x.shape, 0), gradients[0]!, (i) => Number.isFinite(inputs[i]!) && Number.isFinite(values[i]!) && Number.isFinite(slopes[i]!));
    });
  }
});

describe('of all pairs of special points', () => {
  const [left, right] = ops.pairs.map(numbers) as [number[], number[]];
  for (const { op, output, gradients, condition } of ops.binary as Entry[]) {
    if (!gradients) continue;
    it(`${op} as PyTorch`, async () => {
      const [a, b] = [left, right].map((values) => tensor(values, { dtype: 'float64', requiresGrad: true })) as [Tensor, Tensor];
      (condition ? a.where(tensor(numbers(condition), { dtype: 'bool' }), b) : called(a, op, b)).sum().backward();
      const values = numbers(output);
      for (const [k, x] of [a, b].entries()) {
        const slopes = numbers(gradients[k]!);
        await expectClose(x.grad, gradients[k]!, (i) => [left[i]!, right[i]!, values[i]!, slopes[i]!].every(Number.isFinite));
      }
    });
  }
});

describe('of reductions and functions along an axis', () => {
  interface Reduced { readonly op: string; readonly name?: string; readonly axes?: readonly number[] | null; readonly axis?: number | null; readonly input: FixtureTensor; readonly output: FixtureTensor; readonly upstream?: readonly FixtureNumber[]; readonly gradient?: readonly FixtureNumber[] }
  for (const { op, name, axes, axis, input, output, upstream, gradient } of [...ops.reductions, ...ops.alongAxis] as Reduced[]) {
    if (!upstream || !gradient || name === 'non-finite') continue;
    const over = axes ?? axis ?? undefined;
    it(`${op} of ${name ?? 'values'} over ${over === undefined ? 'all' : JSON.stringify(over)}`, async () => {
      const x = load(input, true);
      called(x, op, over).backward(tensor(numbers(upstream), { dtype: 'float64', shape: output.shape }));
      await expectClose(x.grad, gradient);
    });
  }
});

describe('linear', () => {
  it.each(linears.cases as { name: string; input: FixtureTensor; weight: FixtureTensor; bias?: FixtureTensor; output: FixtureTensor; upstream: FixtureTensor; inputGradient: FixtureNumber[]; weightGradient: FixtureNumber[]; biasGradient?: FixtureNumber[] }[])(
    '$name', async (given) => {
      const [x, weight, bias] = [load(given.input, true), load(given.weight, true), given.bias && load(given.bias, true)];
      const y = linear(x, weight, bias);
      expect(y.shape).toEqual(given.output.shape);
      await expectClose(y, given.output.data);
      y.backward(load(given.upstream));
      await expectClose(x.grad, given.inputGradient);
      await expectClose(weight.grad, given.weightGradient);
      if (bias) await expectClose(bias.grad, given.biasGradient!);
    });
});

/** A convolution by windows of a padded image and one product. */
function conv2d(x: Tensor, weight: Tensor, bias: Tensor | undefined, { stride = 1, padding = 0, dilation = 1 }: { readonly stride?: number | number[]; readonly padding?: number | number[]; readonly dilation?: number }): Tensor {
  const pair = (value: number | number[]) => (typeof value === 'number' ? [value, value] : value) as [number, number];
  const [[sh, sw], [ph, pw]] = [pair(stride), pair(padding)];
  if (x.ndim === 3) return conv2d(x.unsqueeze(0), weight, bias, { stride, padding, dilation }).squeeze(0);
  const [out, , kh, kw] = weight.shape as [number, number, number, number];
  const windows = x.pad([pw, pw, ph, ph]).unfold(2, kh, sh, { dilation }).unfold(3, kw, sw, { dilation });
  const [n, , rows, columns] = windows.shape as [number, number, number, number];
  return windows.permute(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1).matmul(weight.reshape(out, -1).T, { bias }).reshape(n, rows, columns, out).permute(0, 3, 1, 2);
}

describe('conv2d by views', () => {
  it.each(convs.conv2d as { name: string; options: { stride?: number | number[] }; input: FixtureTensor; weight: FixtureTensor; bias?: FixtureTensor; output: FixtureTensor; upstream: FixtureTensor; inputGradient: FixtureNumber[]; weightGradient: FixtureNumber[]; biasGradient?: FixtureNumber[] }[])(
    '$name', async (given) => {
      const [x, weight, bias] = [load(given.input, true), load(given.weight, true), given.bias && load(given.bias, true)];
      const y = conv2d(x, weight, bias, given.options);
      expect(y.shape).toEqual(given.output.shape);
      await expectClose(y, given.output.data);
      y.backward(load(given.upstream));
      await expectClose(x.grad, given.inputGradient);
      await expectClose(weight.grad, given.weightGradient);
      if (bias) await expectClose(bias.grad, given.biasGradient!);
    });
});
