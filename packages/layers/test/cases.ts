/** Runs the cases that tooling/reference/cases.py wrote: values, gradients and buffers, in float64 on the reference and in float32 on the CPU. */
import { cpu } from '@nn/backend-cpu';
import { type Device, type DType, reference, scope, tensor, Tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { type FixtureNumber, mixed, numbers } from '../../../tooling/reference/fixtures.ts';
import * as layers from '../src/index.ts';

interface Shaped { readonly shape: readonly number[]; readonly data?: readonly FixtureNumber[] }
export interface FixtureCase {
  readonly layer?: string;
  readonly function?: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly Shaped[];
  readonly training?: boolean;
  readonly calls?: number;
  readonly outputs: readonly Required<Shaped>[];
  readonly gradients: readonly (readonly FixtureNumber[])[];
  readonly parameters?: Readonly<Record<string, readonly FixtureNumber[]>>;
  readonly buffers?: Readonly<Record<string, readonly FixtureNumber[]>>;
}
type Built = layers.Module<Tensor[], Tensor | Record<string, Tensor>>;
type Table = Record<string, (new (...args: unknown[]) => Built) & ((...args: unknown[]) => Tensor | Record<string, Tensor>)>;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** |a - b| <= tolerance * max(|b|, largest |B|, 1e-3); NaN equals NaN. */
async function expectNear(what: string, x: Tensor, expected: readonly FixtureNumber[], tolerance: number): Promise<void> {
  const [values, wanted] = [await x.data(), numbers(expected)];
  expect(values.length, what).toBe(wanted.length);
  const most = Math.max(1e-3, ...wanted.map(Math.abs).filter(Number.isFinite));
  wanted.forEach((b, i) => {
    const a = values[i]!;
    if (!(Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * most)) expect.fail(`${what}, element ${i}: ${a}, expected ${b}`);
  });
}

async function check(example: FixtureCase, device: Device, dtype: DType, tolerance: number): Promise<void> {
  const table = layers as unknown as Table;
  const inputs = example.inputs.map(({ shape, data }, i) => tensor(data ? numbers(data) : mixed(sizeOf(shape), i + 1), { shape, dtype, device, requiresGrad: true }));
  let module: Built | undefined;
  if (example.layer) {
    const args = [...example.args];
    if (example.parameters ?? example.buffers) {
      const last = args.at(-1);
      const options = typeof last === 'object' && last !== null && !Array.isArray(last) ? args.pop() as object : {};
      args.push({ ...options, dtype, device });
    }
    module = new table[example.layer]!(...args).train(example.training ?? true);
    module.parameters().forEach((parameter, i) => scope(() => parameter.assign(tensor(mixed(parameter.numel, 100 + i).map((x) => x / 2), { shape: parameter.shape, dtype, device }))));
  }
  let result: Tensor | Record<string, Tensor> | undefined;
  for (let i = 0; i < (example.calls ?? 1); i++) result = module ? module.forward(...inputs) : table[example.function!]!(...inputs, ...example.args);
  const outputs = result instanceof Tensor ? [result] : Object.values(result!);
  expect(outputs.map(({ shape }) => shape)).toEqual(example.outputs.map(({ shape }) => shape));
  for (const [i, output] of outputs.entries()) await expectNear(`output ${i}`, output, example.outputs[i]!.data, tolerance);
  const [y] = outputs as [Tensor];
  y.backward(tensor(mixed(y.numel, 50), { shape: y.shape, dtype, device }));
  for (const [i, x] of inputs.entries()) await expectNear(`gradient of input ${i}`, x.grad ?? x.detach().mul(0), example.gradients[i]!, tolerance);
  for (const [key, expected] of Object.entries(example.parameters ?? {})) {
    const state = module!.namedParameters().find(([name]) => snake(name) === key);
    await expectNear(`gradient of ${key}`, state![1].grad!, expected, tolerance);
  }
  for (const [key, expected] of Object.entries(example.buffers ?? {})) await expectNear(key, module!.stateDict()[key]!, expected, tolerance);
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A test per case and device. */
export function runCases(name: string, cases: readonly FixtureCase[], { single = 1e-5 }: { readonly single?: number } = {}): void {
  const engines = [
    { label: 'float64', device: () => Promise.resolve(reference()), dtype: 'float64', tolerance: 1e-9 },
    { label: 'float32 on the CPU', device: () => cpu({ threads: 1 }), dtype: 'float32', tolerance: single },
  ] as const;
  describe.each(engines)(`${name} in $label`, ({ device, dtype, tolerance }) => {
    let on: Promise<Device> | undefined;
    it.each(cases.map((example) => [`${example.layer ?? example.function}(${JSON.stringify(example.args).slice(1, -1)}) of ${JSON.stringify(example.inputs.map(({ shape }) => shape))}`, example] as const))('%s', async (_, example) => {
      on ??= device();
      await check(example, await on, dtype, tolerance);
    });
  });
}
