import { gradCheck } from '@nn/autograd';
import { complete, ReferenceBackend, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import losses from '../../../tooling/reference/fixtures/losses.json' with { type: 'json' };
import { crossEntropy, CrossEntropyLoss, MSELoss, mseLoss } from '../src/index.ts';
import { expectClose, type FixtureTensor, fromFixture } from './close.ts';

interface Case {
  readonly name: string;
  readonly options: object;
  readonly input: FixtureTensor;
  readonly target: FixtureTensor;
  readonly output: FixtureTensor;
  readonly upstream?: FixtureTensor;
  readonly gradient: readonly (number | string)[];
}

const labels = (values: number | number[]) => tensor(values, { dtype: 'int32' });

async function compare(run: (input: ReturnType<typeof fromFixture>, target: ReturnType<typeof fromFixture>) => ReturnType<typeof fromFixture>, example: Case): Promise<void> {
  const input = fromFixture(example.input, true);
  const loss = run(input, fromFixture(example.target));
  expect(loss.shape).toEqual(example.output.shape);
  await expectClose(loss, example.output.data);
  loss.backward(example.upstream && fromFixture(example.upstream));
  await expectClose(input.grad!, example.gradient);
}

describe('CrossEntropyLoss', () => {
  for (const example of losses.crossEntropy as Case[]) {
    it(`${example.name} ${JSON.stringify(example.options)}`, async () => {
      const criterion = new CrossEntropyLoss(example.options);
      await compare((input, target) => criterion.forward(input, target), example);
    });
  }

  it('is stable for logits of +-1e4 in float32', async () => {
    const input = tensor([[1e4, -1e4, 0], [1e4, 1e4, 1e4]], { requiresGrad: true });
    const loss = crossEntropy(input, labels([1, 0]), { reduction: 'none' });
    await expectClose(loss, [2e4, Math.log(3)], 1e-7);
    loss.sum().backward();
    await expectClose(input.grad!, [1, -1, 0, -2 / 3, 1 / 3, 1 / 3], 1e-6);
  });

  it('has a gradient with respect to probabilities, and second derivatives', async () => {
    const input = tensor([[0.3, -1, 2], [0.5, 0.1, -0.4]], { dtype: 'float64' });
    const target = tensor([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], { dtype: 'float64' });
    const weight = tensor([0.5, 2, 1], { dtype: 'float64' });
    await gradCheck((x, t) => crossEntropy(x, t, { weight, labelSmoothing: 0.1 }), [input, target], { order: 2 });
    await gradCheck((x) => crossEntropy(x, labels([2, 0]), { weight, labelSmoothing: 0.1 }), [input], { order: 2 });
    await gradCheck((x) => crossEntropy(x, labels([2, -100])), [input], { order: 2 });
  });

  it('reports labels out of range', () => {
    const input = tensor([[1, 2, 3], [1, 2, 3]]);
    expect(() => crossEntropy(input, labels([0, 3]))).toThrow('crossEntropy: a label is out of range. Use 0 to 2, or -100 to leave an element out.');
    expect(() => crossEntropy(input, labels([-1, 0]))).toThrow('a label is out of range');
  });

  it('reports them at the next read where the device cannot be read at once', async () => {
    class Remote extends ReferenceBackend {
      override readonly readSync = undefined as never;
      override read(...args: Parameters<ReferenceBackend['read']>): ReturnType<ReferenceBackend['read']> { return new ReferenceBackend().read(...args); }
    }
    const device = complete(new Remote());
    const input = tensor([[1, 2, 3]], { device, requiresGrad: true });
    const loss = crossEntropy(input, tensor([3], { dtype: 'int32', device }));
    loss.backward();
    await expect(loss.item()).rejects.toThrow('crossEntropy: a label is out of range. Use 0 to 2, or -100 to leave an element out.');
  });

  it('of no rows is NaN, or 0 as a sum', async () => {
    const [input, none] = [zeros([0, 3]), tensor([], { shape: [0], dtype: 'int32' })];
    expect(await crossEntropy(input, none).item()).toBeNaN();
    expect(await crossEntropy(input, none, { reduction: 'sum' }).item()).toBe(0);
    expect(crossEntropy(input, none, { reduction: 'none' }).shape).toEqual([0]);
  });

  it('says what does not fit', () => {
    const input = tensor([[1, 2, 3], [1, 2, 3]]);
    expect(() => crossEntropy(input, labels([0, 1, 2]))).toThrow('crossEntropy: the target is int32 [3], the input [2, 3]. Give labels as int32 [2], or probabilities as float32 [2, 3].');
    expect(() => crossEntropy(input, tensor([0, 1]))).toThrow("crossEntropy: the labels are float32. Make them int32: tensor(labels, { dtype: 'int32' }), or labels.int().");
    expect(() => crossEntropy(tensor(1), labels(0))).toThrow('crossEntropy: the input is a scalar');
    expect(() => crossEntropy(input.int(), labels([0, 1]))).toThrow('crossEntropy: the input is int32. Give logits, as float32.');
    expect(() => crossEntropy(input, labels([0, 1]), { weight: tensor([1, 2]) })).toThrow('crossEntropy: the weight is [2], the input [2, 3] has 3 classes. Give one of [3].');
    expect(() => new CrossEntropyLoss({ labelSmoothing: 1.5 })).toThrow('CrossEntropyLoss: labelSmoothing is 1.5. Use 0 to 1.');
    expect(() => new CrossEntropyLoss({ reduction: 'average' as 'mean' })).toThrow("CrossEntropyLoss: there is no reduction 'average'. Use 'mean', 'sum' or 'none'.");
  });

  it('keeps its weight in the state dict, as PyTorch does', () => {
    expect(Object.keys(new CrossEntropyLoss({ weight: [1, 2] }).stateDict())).toEqual(['weight']);
    expect(new CrossEntropyLoss().stateDict()).toEqual({});
  });
});

describe('MSELoss', () => {
  for (const example of losses.mse as Case[]) {
    it(`${example.name} ${JSON.stringify(example.options)}`, async () => {
      const criterion = new MSELoss(example.options);
      await compare((input, target) => criterion.forward(input, target), example);
    });
  }

  it('refuses to broadcast', () => {
    expect(() => mseLoss(tensor([[1], [2]]), tensor([1, 2]))).toThrow('mseLoss: the input is [2, 1], the target [2]. Give equal shapes: reshape or expand one of them.');
  });
});
