/** The layers and losses of PyTorch's fixtures in float32 on the engines: the same values and gradients, within rounding. */
import '@nn/autograd';
import * as layers from '@nn/layers';
import { type Device, type DType, Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import attention from '../../../tooling/reference/fixtures/attention.json' with { type: 'json' };
import criteria from '../../../tooling/reference/fixtures/criteria.json' with { type: 'json' };
import sequences from '../../../tooling/reference/fixtures/sequences.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';
import { engines, open } from './engines.ts';

interface Values { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }
interface ModuleCase {
  readonly module: string;
  readonly arguments: readonly (number | readonly number[])[];
  readonly options: object;
  readonly state: Readonly<Record<string, Values>>;
  readonly inputs: readonly Values[];
  readonly outputs: readonly Values[];
  readonly upstream: readonly Values[];
  readonly inputGradients: readonly (Values['data'] | null)[];
  readonly repeat?: number;
  readonly call?: Readonly<Record<string, unknown>>;
}
type AnyModule = layers.Module<unknown[], unknown>;
const made = (name: string, ...options: unknown[]): AnyModule => new (layers as unknown as Record<string, new (...values: unknown[]) => AnyModule>)[name]!(...options);
const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : value instanceof Tensor ? [value] : []);

/** |a - b| <= tolerance * max(1, max |B|) where B is finite. */
async function expectNear(x: Tensor, expected: readonly FixtureNumber[], tolerance: number, what: string): Promise<void> {
  const values = await x.data();
  const wanted = numbers(expected);
  const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs));
  const far = wanted.findIndex((b, i) => Number.isFinite(b) && Math.abs(b) < 1e30 && !(Math.abs(values[i]! - b) <= tolerance * scale));
  expect(far < 0 ? '' : `${what}, element ${far}: ${values[far]}, expected ${wanted[far]}`).toBe('');
}

for (const engine of engines) {
  if (engine.name === 'reference') continue;
  const tolerance = engine.name === 'cpu' ? 1e-5 : 1e-4;
  /** Engines whose kernels are slow to build here take every n-th case. */
  const every = engine.name === 'cpu' ? 1 : 9;
  const on = (device: Device) => {
    const place = (values: Values, requiresGrad = false): Tensor =>
      tensor(numbers(values.data), { shape: values.shape, dtype: (values.dtype === 'float64' ? 'float32' : values.dtype) as DType, device, requiresGrad });
    const placed = (options: object): Record<string, unknown> => Object.fromEntries(Object.entries(options).map(([key, value]: [string, unknown]) =>
      [key, typeof value === 'object' && value !== null && 'data' in value ? place(value as Values) : value === 'Infinity' ? Infinity : value]));
    return { place, placed };
  };

  describe(`fixtures on ${engine.name}`, () => {
    it('losses', async (context) => {
      const { place, placed } = on(await open(engine, context));
      for (const [i, example] of criteria.cases.entries()) {
        if (i % every !== 0) continue;
        const what = `${example.loss} ${i} ${JSON.stringify(example.options)}`;
        const inputs = example.inputs.map((input, k) => place(input, Boolean(example.gradients[k])));
        const loss = made(example.loss, placed(example.options)).forward(...inputs) as Tensor;
        await expectNear(loss, example.output.data, tolerance, what);
        loss.backward('upstream' in example ? place(example.upstream) : undefined);
        for (const [k, gradient] of example.gradients.entries()) if (gradient) await expectNear(inputs[k]!.grad!, gradient, tolerance, `${what}, gradient ${k}`);
      }
    });

    it('modules', async (context) => {
      const device = await open(engine, context);
      const { place, placed } = on(device);
      const all: readonly ModuleCase[] = [...sequences.embeddings, ...sequences.recurrent, ...attention.multihead, ...attention.layers, ...attention.norms];
      for (const [i, example] of all.entries()) {
        if (i % every !== 0) continue;
        const what = `${example.module} ${i} ${JSON.stringify(example.options)}`;
        const module = made(example.module, ...example.arguments, { ...example.options, device });
        module.loadStateDict(placed(example.state) as Record<string, Tensor>);
        const inputs = example.inputs.map((input, k) => place(input, example.inputGradients[k] !== null));
        const [x, ...state] = inputs;
        const lstm = example.module.startsWith('LSTM') && state.length > 0;
        const given = lstm ? [x, state] : Array.from({ length: example.repeat ?? 1 }, () => inputs).flat();
        const outputs = flat(module.forward(...given, ...(example.call ? [placed(example.call)] : [])));
        for (const [k, output] of outputs.entries()) await expectNear(output, example.outputs[k]!.data, tolerance, `${what}, output ${k}`);
        outputs.map((output, k) => output.mul(place(example.upstream[k]!)).sum()).reduce((a, b) => a.add(b)).backward();
        for (const [k, gradient] of example.inputGradients.entries()) if (gradient) await expectNear(inputs[k]!.grad!, gradient, tolerance, `${what}, gradient ${k}`);
      }
    });
  });
}
