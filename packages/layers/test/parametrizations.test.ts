/** Weights that are computed: spectral and weight norm against PyTorch, and parametrizations of one's own. */
import { eye, ones, scope, show, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/parametrizations.json' with { type: 'json' };
import { mixed } from '../../../tooling/reference/fixtures.ts';
import {
  type AnyModule, Conv2d, ConvTranspose1d, init, isParametrized, Linear, Module, orthogonal, type OrthogonalMap, registerParametrization, removeParametrizations, spectralNorm, weightNorm,
} from '../src/index.ts';
import { expectClose } from './close.ts';

const kinds = { Linear, Conv2d, ConvTranspose1d } as unknown as Record<string, new (...args: unknown[]) => Linear>;
const given = (shape: readonly number[], seed: number, scale = 1): Tensor => tensor(mixed(shape.reduce((a, b) => a * b, 1), seed).map((x) => x * scale), { shape, dtype: 'float64' });
const stateOf = (module: AnyModule, key: string): Tensor => module.stateDict()[key]!;

describe('as PyTorch', () => {
  const made = fixture.cases.map((example) => ({ example, layer: new kinds[example.layer]!(...example.args, { dtype: 'float64', bias: example.norm !== 'weight' }), input: given(example.input, 1) }));
  for (const [i, { example, layer, input }] of made.filter((one) => one.example.norm === 'spectral').entries()) {
    it(`${i}: spectralNorm of ${example.layer}`, async () => {
      spectralNorm(layer);
      const state = layer.stateDict();
      const [u, v] = ['_u', '_v'].map((name) => state[`parametrizations.weight.0.${name}`]!) as [Tensor, Tensor];
      const unit = (x: Tensor): Tensor => x.div(x.norm());
      layer.loadStateDict({
        bias: zeros(layer.bias!.shape), 'parametrizations.weight.original': given(layer.weight.shape, 100, 0.5),
        'parametrizations.weight.0._u': unit(given(u.shape, 3)), 'parametrizations.weight.0._v': unit(given(v.shape, 4)),
      });
      layer.forward(input);
      const y = layer.forward(input);
      expect(y.shape).toEqual(example.output);
      await expectClose(y, example.training, 1e-9);
      y.backward(given(y.shape, 50));
      await expectClose(layer.parameters().find(({ ndim }) => ndim > 1)!.grad!, example.gradient, 1e-9);
      await expectClose(stateOf(layer, 'parametrizations.weight.0._u'), example.u!, 1e-9);
      await expectClose(layer.eval().forward(input), example.evaluation!, 1e-9);
      await expectClose(stateOf(layer, 'parametrizations.weight.0._v'), example.v!, 1e-9);
    });
  }
  for (const { example, layer, input } of made.filter((one) => one.example.norm === 'orthogonal')) {
    it(`orthogonal of ${show(example.args)} ${JSON.stringify(example.options)}`, async () => {
      const { orthogonalMap, ...options } = example.options as { orthogonalMap?: string };
      orthogonal(layer, 'weight', { ...options, ...(orthogonalMap && { orthogonalMap: orthogonalMap === 'matrix_exp' ? 'matrixExp' : orthogonalMap as OrthogonalMap }) });
      const state = layer.stateDict();
      state['parametrizations.weight.original'] = tensor(example.original!, { shape: state['parametrizations.weight.original']!.shape, dtype: 'float64' });
      if (example.base) state['parametrizations.weight.0.base'] = tensor(example.base, { shape: state['parametrizations.weight.0.base']!.shape, dtype: 'float64' });
      state.bias = zeros(layer.bias!.shape);
      layer.loadStateDict(state);
      const y = layer.forward(input);
      await expectClose(y, example.training, 1e-9);
      y.backward(given(y.shape, 50));
      await expectClose(layer.getParameter('parametrizations.weight.original').grad!, example.gradient, 1e-9);
    });
  }
  for (const [i, { example, layer, input }] of made.filter((one) => one.example.norm === 'weight').entries()) {
    it(`${i}: weightNorm of ${example.layer} along ${example.dim}`, async () => {
      const value = await layer.weight.data();
      weightNorm(layer, 'weight', example.dim);
      await expectClose(layer.weight, [...value], 1e-12);
      const [length, direction] = layer.parameters() as Tensor[] as [Tensor, Tensor];
      length.assign(tensor(example.length!, { shape: length.shape, dtype: 'float64' }));
      direction.assign(given(direction.shape, 101, 0.5));
      const y = layer.forward(input);
      await expectClose(y, example.training, 1e-9);
      y.backward(given(y.shape, 50));
      await expectClose(length.grad!, example.lengthGradient!, 1e-9);
      await expectClose(direction.grad!, example.gradient, 1e-9);
    });
  }
});

class Symmetric extends Module {
  forward(x: Tensor): Tensor { return x.triu().add(x.triu(1).transpose(-1, -2)); }
}
class Doubled extends Module {
  forward(x: Tensor): Tensor { return x.mul(2); }
}

describe('orthogonal weights', () => {
  it.each([[3, 3], [2, 4], [4, 2]])('keep lengths, from the nearest ones on: %d, %d', async (rows, columns) => {
    for (const orthogonalMap of ['matrixExp', 'cayley', 'householder'] as const) {
      for (const useTrivialization of [true, false]) {
        const layer = orthogonal(new Linear(rows, columns, { dtype: 'float64' }), 'weight', { orthogonalMap, useTrivialization });
        const { weight } = layer;
        const product = weight.shape[0]! > weight.shape[1]! ? weight.transpose(0, 1).matmul(weight) : weight.matmul(weight.transpose(0, 1));
        await expectClose(product, [...await eye(Math.min(rows, columns)).data()], 1e-12);
      }
    }
  });

  it('begin with an orthogonal weight as it is', async () => {
    const layer = new Linear(4, 3, { dtype: 'float64' });
    init.orthogonal(layer.weight);
    for (const useTrivialization of [true, false]) {
      const copy = new Linear(4, 3, { dtype: 'float64' });
      copy.loadStateDict(layer.stateDict());
      await expectClose(orthogonal(copy, 'weight', { orthogonalMap: 'householder', useTrivialization }).weight, [...await layer.weight.data()], 1e-12);
    }
  });

  it('say what does not fit', () => {
    expect(() => orthogonal(new Linear(2, 3), 'bias')).toThrow('orthogonal: bias of Linear is [3]. It needs two axes or more.');
    expect(() => orthogonal(new Linear(2, 3), 'weight', { orthogonalMap: 'qr' as OrthogonalMap })).toThrow("orthogonal: there is no map 'qr'.");
  });
});

describe('of one\'s own', () => {
  it('computes a parameter, and puts it back', async () => {
    const layer = registerParametrization(new Linear(2, 2, { bias: false }), 'weight', new Symmetric());
    layer.loadStateDict({ 'parametrizations.weight.original': tensor([[1, 2], [3, 4]]) });
    expect(await layer.weight.toArray()).toEqual([[1, 2], [2, 4]]);
    expect(layer.namedParameters().map(([path]) => path)).toEqual(['parametrizations.weight.original']);
    expect([isParametrized(layer), isParametrized(layer, 'weight'), isParametrized(layer, 'bias')]).toEqual([true, true, false]);
    registerParametrization(layer, 'weight', new Doubled());
    layer.forward(ones([1, 2])).sum().backward();
    expect(await layer.parameters()[0]!.grad!.toArray()).toEqual([[2, 4], [0, 2]]);
    removeParametrizations(layer, 'weight');
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
    expect(await layer.weight.toArray()).toEqual([[2, 4], [4, 8]]);
    expect(layer.weight.requiresGrad).toBe(true);
    expect(isParametrized(layer)).toBe(false);
  });

  it('frees what it computes', () => {
    const layer = weightNorm(new Linear(4, 4));
    const x = ones([2, 4]);
    const step = (): void => scope(() => layer.forward(x).sum().backward());
    step();
    layer.zeroGrad();
    const before = x.device.memory().bytes;
    step();
    layer.zeroGrad();
    expect(x.device.memory().bytes).toBe(before);
  });

  it('says what does not fit', () => {
    class Flat extends Module {
      forward(x: Tensor): Tensor { return x.flatten(); }
    }
    expect(() => registerParametrization(new Linear(2, 3), 'weight', new Flat())).toThrow('registerParametrization: weight of Linear is [3, 2], what Flat gives is [6]. It must keep the shape.');
    expect(() => registerParametrization(new Linear(2, 3, { bias: false }), 'bias', new Doubled())).toThrow('registerParametrization: Linear has no bias.');
    expect(() => removeParametrizations(new Linear(2, 3), 'weight')).toThrow('removeParametrizations: weight of Linear is not parametrized.');
    expect(() => spectralNorm(new Linear(2, 3), 'weight', { nPowerIterations: 0 })).toThrow('spectralNorm: nPowerIterations is 0.');
  });
});
