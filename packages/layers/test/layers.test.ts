import { manualSeed, ones, Generator, scope, tensor, zeros, range, defaultDevice } from '@nn/tensor';
import { gradCheck } from '@nn/autograd';
import { describe, expect, it } from 'vitest';
import linear from '../../../tooling/reference/fixtures/linear.json' with { type: 'json' };
import { dropout, Dropout, Flatten, init, Linear, Parameter, ReLU, relu, Sequential, Sigmoid, Tanh } from '../src/index.ts';
import { expectClose, type FixtureTensor, fromFixture } from './close.ts';

describe('Linear', () => {
  interface Case {
    readonly name: string;
    readonly input: FixtureTensor;
    readonly weight: FixtureTensor;
    readonly bias?: FixtureTensor;
    readonly upstream: FixtureTensor;
    readonly output: FixtureTensor;
    readonly inputGradient: readonly number[];
    readonly weightGradient: readonly number[];
    readonly biasGradient?: readonly number[];
  }
  for (const example of linear.cases as Case[]) {
    it(`${example.name}: output and gradients`, async () => {
      const layer = new Linear(5, 3, { dtype: 'float64', bias: example.bias !== undefined });
      layer.loadStateDict({ weight: fromFixture(example.weight), ...(example.bias && { bias: fromFixture(example.bias) }) });
      const input = fromFixture(example.input, true);
      const output = layer.forward(input);
      expect(output.shape).toEqual(example.output.shape);
      await expectClose(output, example.output.data);
      output.backward(fromFixture(example.upstream));
      await expectClose(input.grad!, example.inputGradient);
      await expectClose(layer.weight.grad!, example.weightGradient);
      if (example.biasGradient) await expectClose(layer.bias!.grad!, example.biasGradient);
    });
  }

  it('starts as PyTorch does: uniform on +-1 / sqrt(in)', async () => {
    const layer = new Linear(100, 50, { generator: new Generator(7) });
    for (const parameter of layer.parameters()) {
      const values = [...await parameter.data()];
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.1);
      expect(Math.max(...values)).toBeGreaterThan(0.09);
      expect(Math.min(...values)).toBeLessThan(-0.09);
    }
    const weight = [...await layer.weight.data()];
    expect(weight.reduce((a, b) => a + b) / weight.length).toBeCloseTo(0, 2);
  });

  it('draws the same from the same seed', async () => {
    const drawn = async (seed: number) => {
      manualSeed(seed);
      return [...await new Linear(4, 3).weight.data()];
    };
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  it('says what it takes', () => {
    expect(() => new Linear(4, 3).forward(zeros([2, 5]))).toThrow('linear: the input is [2, 5], the weight [3, 4] takes a last axis of 4. Give it [..., 4], or make a layer of 5 inputs.');
    expect(() => new Sequential(new Linear(4, 3), new ReLU(), new Linear(4, 3)).forward(zeros([2, 4]))).toThrow(/make a layer of 3 inputs\. In Sequential: 2 \(Linear\)\.$/);
  });
});

describe('activations', () => {
  it('are functions and layers', async () => {
    const x = tensor([-1, 0, 2]);
    await expectClose(new ReLU().forward(x), [0, 0, 2]);
    await expectClose(new Sigmoid().forward(x), [1 / (1 + Math.E), 0.5, 1 / (1 + Math.exp(-2))], 1e-7);
    await expectClose(new Tanh().forward(x), [-1, 0, 2].map(Math.tanh), 1e-7);
    await expectClose(relu(x), [0, 0, 2]);
  });
});

describe('Flatten', () => {
  it('keeps the batch', () => {
    expect(new Flatten().forward(zeros([32, 1, 28, 28])).shape).toEqual([32, 784]);
    expect(new Flatten(0).forward(zeros([2, 3])).shape).toEqual([6]);
    expect(new Flatten(1, 2).forward(zeros([2, 3, 4, 5])).shape).toEqual([2, 12, 5]);
  });
});

describe('Dropout', () => {
  it('zeroes about a share of p and enlarges the rest', async () => {
    manualSeed(0);
    const values = [...await new Dropout(0.25).forward(ones([10_000])).data()];
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const share = values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(share - 0.25)).toBeLessThan(0.02);
  });

  it('draws the same mask again for its gradient, whatever was drawn since', async () => {
    const x = ones([1000]);
    x.requiresGrad = true;
    const layer = new Dropout(0.5);
    const y = layer.forward(x);
    layer.forward(x);
    y.backward(ones([1000]));
    expect([...await x.grad!.data()]).toEqual([...await y.data()]);
  });

  it('keeps no mask', () => {
    const x = ones([1000]);
    x.requiresGrad = true;
    const before = defaultDevice().memory().bytes;
    const y = dropout(x);
    expect(defaultDevice().memory().bytes - before).toBe(y.numel * 4);
  });

  it('gives another mask at each call, and repeats with the seed', async () => {
    const layer = new Dropout(0.5, { generator: new Generator(3) });
    const [a, b] = [await layer.forward(ones([64])).toArray(), await layer.forward(ones([64])).toArray()];
    expect(a).not.toEqual(b);
    expect(await new Dropout(0.5, { generator: new Generator(3) }).forward(ones([64])).toArray()).toEqual(a);
  });

  it('passes everything on after eval, and nothing at p = 1', async () => {
    const x = tensor([1, NaN, Infinity]);
    expect(new Dropout().eval().forward(x)).toBe(x);
    expect(new Dropout(0).forward(x)).toBe(x);
    expect(await new Dropout(1).forward(x).toArray()).toEqual([0, 0, 0]);
  });

  it('has derivatives of any order', async () => {
    await gradCheck((x) => dropout(x.square(), 0.5, { generator: new Generator(1) }), [tensor([1, 2, 3, 4], { dtype: 'float64' })], { order: 2 });
  });

  it('checks p', () => {
    for (const p of [-0.1, 1.1, NaN]) expect(() => new Dropout(p)).toThrow(`Dropout: p is ${p}. Use a probability, 0 to 1.`);
  });
});

describe('Sequential', () => {
  const model = new Sequential(new Linear(4, 3), new ReLU(), new Sequential(new Linear(3, 2)));

  it('names its parameters by position', () => {
    expect(model.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias', '2.0.weight', '2.0.bias']);
    expect(model.forward(zeros([5, 4])).shape).toEqual([5, 2]);
  });

  it('is a list', () => {
    expect([...model].map((layer) => layer.typeName)).toEqual(['Linear', 'ReLU', 'Sequential']);
    expect(model.length).toBe(3);
    expect(model[1]).toBeInstanceOf(ReLU);
    expect(model.at(-1)).toBe(model[2]);
    expect(() => model.at(3)).toThrow('at: there is no module 3 in a Sequential of 3');
    expect(new Sequential(new ReLU()).append(new Tanh()).length).toBe(2);
    const x = zeros([1]);
    expect(new Sequential().forward(x)).toBe(x);
  });
});

describe('init', () => {
  const spread = async (x: Parameter) => {
    const values = [...await x.data()];
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length), most: Math.max(...values.map(Math.abs)) };
  };
  const weight = () => new Parameter(zeros([200, 100]));
  const generator = new Generator(0);

  it('draws with the deviations of the papers', async () => {
    const xavier = Math.sqrt(2 / 300);
    expect((await spread(init.xavierNormal(weight(), { gain: 2, generator }))).std).toBeCloseTo(2 * xavier, 2);
    const uniform = await spread(init.xavierUniform(weight(), { generator }));
    expect(uniform.std).toBeCloseTo(xavier, 2);
    expect(uniform.most).toBeLessThanOrEqual(Math.sqrt(6 / 300));
    expect((await spread(init.kaimingNormal(weight(), { nonlinearity: 'relu', generator }))).std).toBeCloseTo(Math.sqrt(2 / 100), 2);
    expect((await spread(init.kaimingUniform(weight(), { mode: 'fanOut', nonlinearity: 'relu', generator }))).most).toBeCloseTo(Math.sqrt(6 / 200), 2);
    expect(await spread(init.normal(weight(), 5, 0.1, { generator }))).toMatchObject({ mean: expect.closeTo(5, 2), std: expect.closeTo(0.1, 2) });
    expect((await spread(init.uniform(weight(), -2, 2, { generator }))).most).toBeCloseTo(2, 2);
  });

  it('sets constants', async () => {
    const x = new Parameter(zeros([2]));
    expect(await init.ones(x).toArray()).toEqual([1, 1]);
    expect(await init.constant(x, 0.5).toArray()).toEqual([0.5, 0.5]);
    expect(await init.zeros(x).toArray()).toEqual([0, 0]);
    expect(x.requiresGrad).toBe(true);
  });

  it('knows gains and fans', () => {
    expect(init.calculateGain('tanh')).toBe(5 / 3);
    expect(init.calculateGain('leakyRelu')).toBeCloseTo(Math.sqrt(2 / 1.0001), 12);
    expect(init.calculateGain('leakyRelu', 1)).toBe(1);
    expect(init.calculateFanInAndFanOut(zeros([32, 3, 5, 5]))).toEqual([75, 800]);
    expect(() => init.xavierUniform(zeros([3]))).toThrow('calculateFanInAndFanOut: [3] has no fan. Give a weight of two axes or more.');
  });

  it('overwrites a slice of nothing else', () => {
    const x = zeros([4]);
    expect(() => init.ones(x.at(range(0, 4, 2)))).toThrow('assign: a view of another tensor cannot be overwritten');
    scope(() => init.ones(x));
  });
});
