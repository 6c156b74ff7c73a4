/** Modules as PyTorch made them: loaded, called, and compared in outputs and all gradients. */
import { type Tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import * as layers from '../src/index.ts';
import { expectClose, type FixtureTensor, fromFixture } from './close.ts';

/** A module as PyTorch made it, what went in and came out, and all gradients. */
export interface Case {
  readonly module: string;
  readonly arguments: readonly (number | readonly number[])[];
  readonly options: object;
  readonly state: Readonly<Record<string, FixtureTensor>>;
  readonly inputs: readonly FixtureTensor[];
  readonly outputs: readonly FixtureTensor[];
  readonly upstream: readonly FixtureTensor[];
  readonly inputGradients: readonly (FixtureTensor['data'] | null)[];
  readonly gradients: Readonly<Record<string, FixtureTensor['data']>>;
  readonly lengths?: readonly number[];
  /** The only input is passed so many times, and options after the inputs. */
  readonly repeat?: number;
  readonly call?: Readonly<Record<string, unknown>>;
}

export type AnyModule = layers.Module<unknown[], unknown>;
const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : value === null ? [] : [value as Tensor]);

async function compare(example: Case, call: (module: AnyModule, inputs: Tensor[]) => unknown): Promise<void> {
  const make = (layers as unknown as Record<string, new (...values: unknown[]) => AnyModule>)[example.module]!;
  const module = new make(...example.arguments, { ...example.options, dtype: 'float64' });
  expect(Object.keys(module.stateDict())).toEqual(Object.keys(example.state));
  module.loadStateDict(Object.fromEntries(Object.entries(example.state).map(([key, value]) => [key, fromFixture(value)])));
  const inputs = example.inputs.map((input, i) => fromFixture(input, example.inputGradients[i] !== null));
  const outputs = flat(call(module, inputs));
  for (const [i, output] of outputs.entries()) {
    expect(output.shape).toEqual(example.outputs[i]!.shape);
    await expectClose(output, example.outputs[i]!.data, 1e-9);
  }
  outputs.map((output, i) => output.mul(fromFixture(example.upstream[i]!)).sum()).reduce((a, b) => a.add(b)).backward();
  for (const [i, gradient] of example.inputGradients.entries()) if (gradient) await expectClose(inputs[i]!.grad!, gradient, 1e-9);
  const parameters = new Map(module.namedParameters().map(([, parameter], i) => [Object.keys(example.state)[i]!, parameter]));
  for (const [key, gradient] of Object.entries(example.gradients)) await expectClose(parameters.get(key)!.grad!, gradient, 1e-9);
}

const title = ({ module, options, inputs }: Case): string => `${module} ${JSON.stringify(options)} of ${inputs.map(({ shape }) => `[${shape.join()}]`).join(', ')}`;
export const each = (name: string, cases: readonly Case[], call: (module: AnyModule, inputs: Tensor[], example: Case) => unknown): void => {
  describe(`${name} against PyTorch`, () => {
    for (const [i, example] of cases.entries()) it(`${i}: ${title(example)}`, () => compare(example, (module, inputs) => call(module, inputs, example)));
  });
};


const isTensor = (value: unknown): value is FixtureTensor => typeof value === 'object' && value !== null && 'data' in value;
/** Options in which tensors are as fixtures hold them. */
export const withTensors = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, isTensor(value) ? fromFixture(value) : value === 'Infinity' ? Infinity : value]));
