/** The reference against PyTorch: element-wise values with special points, integers, reductions, dtype promotion. */
import { describe, expect, it } from 'vitest';
import { type DType, ones, tensor, type Tensor } from '@nn/tensor';
import ops from '../../../tooling/reference/fixtures/ops.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';
import { expectClose, type FixtureTensor, load, method } from './fixture.ts';

interface Entry {
  readonly op: string; readonly dtype: string; readonly output: readonly FixtureNumber[];
  readonly options?: { readonly min?: number; readonly max?: number; readonly exponent?: number }; readonly condition?: readonly FixtureNumber[];
}
interface Reduced { readonly op: string; readonly name?: string; readonly axes?: readonly number[] | null; readonly axis?: number | null; readonly input: FixtureTensor; readonly output: FixtureTensor }

/** Names that differ. */
const ours: Readonly<Record<string, string>> = { floorDiv: 'floorDivide', argMax: 'argmax', argMin: 'argmin' };

function called(x: Tensor, name: string, ...args: unknown[]): Tensor {
  if (name === 'truncDiv') return x.sub(x.fmod(args[0] as Tensor)).floorDivide(args[0] as Tensor);
  return method(x, ours[name] ?? name)!(...args);
}
const unnamed = ({ min, max, exponent }: NonNullable<Entry['options']>): unknown[] => (exponent === undefined ? [min, max] : [exponent]);

describe('float64 at special points', () => {
  const x = tensor(numbers(ops.points), { dtype: 'float64' });
  for (const { op, options, output, dtype } of ops.unary as Entry[]) {
    it(`${op} ${options ? JSON.stringify(options) : ''}`, async () => {
      const y = called(x, op, ...(options ? unnamed(options) : []));
      expect(y.dtype).toBe(dtype);
      await expectClose(y, output);
    });
  }
});

describe('all pairs of special points', () => {
  const [a, b] = ops.pairs.map((values) => tensor(numbers(values), { dtype: 'float64' })) as [Tensor, Tensor];
  for (const { op, output, dtype, condition } of ops.binary as Entry[]) {
    it(`${op} as PyTorch`, async () => {
      const y = condition ? a.where(tensor(numbers(condition), { dtype: 'bool' }), b) : called(a, op, b);
      expect(y.dtype).toBe(dtype);
      await expectClose(y, output);
    });
  }
});

describe('int32', () => {
  for (const { operands, results } of ops.integers as { operands: FixtureNumber[][]; results: Entry[] }[]) {
    const [a, ...rest] = operands.map((values) => tensor(numbers(values), { dtype: 'int32' })) as [Tensor, ...Tensor[]];
    for (const { op, output, dtype } of results) {
      it(`${op} as PyTorch`, async () => {
        const y = called(a, op, ...rest);
        expect(y.dtype).toBe(dtype);
        await expectClose(y, output);
      });
    }
  }
});

describe('reductions and functions along an axis', () => {
  for (const { op, name, axes, axis, input, output } of [...ops.reductions, ...ops.alongAxis] as Reduced[]) {
    const over = axes ?? axis ?? undefined;
    it(`${op} of ${name ?? 'values'} over ${over === undefined ? 'all' : JSON.stringify(over)}`, async () => {
      const y = called(load(input), op, over);
      expect(y.shape).toEqual(output.shape);
      expect(y.dtype).toBe(output.dtype);
      await expectClose(y, output.data);
    });
  }
});

describe('dtype promotion', () => {
  const operand = (name: string): Tensor | number | boolean => (name === 'true' ? true : Number.isNaN(Number(name)) ? ones([2], { dtype: name as DType }) : Number(name));
  // Where PyTorch refuses, mostly bool arithmetic, a result or an error are both fine.
  for (const op of new Set(ops.promotion.map((entry) => entry.op))) {
    it(`${op} as PyTorch`, () => {
      const entries = ops.promotion.filter((entry) => entry.op === op && entry.result !== 'error');
      const found = entries.map(({ operands: [first, ...rest] }) => method(operand(first!) as Tensor, op)!(...rest.map(operand)).dtype);
      expect(entries.map(({ operands }, i) => [...operands, found[i]])).toEqual(entries.map(({ operands, result }) => [...operands, result]));
    });
  }
});
