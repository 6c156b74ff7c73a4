import type { Tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/criteria.json' with { type: 'json' };
import * as layers from '../src/index.ts';
import { expectClose, type FixtureTensor, fromFixture } from './close.ts';
import { withTensors } from './modules.ts';

/** A loss by its name, its options, what it takes, and what PyTorch gives. */
interface Case {
  readonly loss: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly FixtureTensor[];
  readonly output: FixtureTensor;
  readonly upstream?: FixtureTensor;
  readonly gradients: readonly (FixtureTensor['data'] | null)[];
}

type Criterion = new (options: Readonly<Record<string, unknown>>) => layers.Module<Tensor[]>;

const title = ({ options, inputs }: Case): string =>
  `${JSON.stringify(options, (_, value: unknown) => (typeof value === 'object' && value !== null && 'data' in value ? '[...]' : value))} of ${inputs.map(({ shape }) => `[${shape.join()}]`).join(', ')}`;

const all: readonly Case[] = fixture.cases;
for (const name of new Set(all.map(({ loss }) => loss))) {
  describe(`${name} against PyTorch`, () => {
    for (const [i, example] of all.filter(({ loss }) => loss === name).entries()) {
      it(`${i}: ${title(example)}`, async () => {
        const inputs = example.inputs.map((input, k) => fromFixture(input, Boolean(example.gradients[k])));
        const criterion = new (layers as unknown as Record<string, Criterion>)[name]!(withTensors(example.options));
        const loss = criterion.forward(...inputs);
        expect(loss.shape).toEqual(example.output.shape);
        await expectClose(loss, example.output.data, 1e-9);
        loss.backward(example.upstream && fromFixture(example.upstream));
        for (const [k, gradient] of example.gradients.entries()) if (gradient) await expectClose(inputs[k]!.grad!, gradient, 1e-9);
      });
    }
  });
}
