import { grad, gradCheck, noGrad } from '@nn/autograd';
import { arange, profile, randn, scope, type Tensor, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import {
  Embedding, embedding, EmbeddingBag, GRU, LSTM, LSTMCell, type PackedSequence, packPaddedSequence, packSequence, padPackedSequence, padSequence, RNN, unpackSequence, unpadSequence,
} from '../src/index.ts';
import { expectClose } from './close.ts';

const ids = (values: number | number[]) => tensor(values, { dtype: 'int32' });

describe('sequences of different lengths', () => {
  const sequences = [tensor([1, 2, 3]), tensor([4]), tensor([5, 6])];

  it('are padded, packed and unpacked', async () => {
    expect(await padSequence(sequences, { batchFirst: true, paddingValue: -1 }).toArray()).toEqual([[1, 2, 3], [4, -1, -1], [5, 6, -1]]);
    const packed = packSequence(sequences, { enforceSorted: false });
    expect(await packed.data.toArray()).toEqual([1, 5, 4, 2, 6, 3]);
    expect(packed.batchSizes).toEqual([3, 2, 1]);
    const [padded, lengths] = padPackedSequence(packed, { totalLength: 4 });
    expect(await padded.toArray()).toEqual([[1, 4, 5], [2, 0, 6], [3, 0, 0], [0, 0, 0]]);
    expect(lengths).toEqual([3, 1, 2]);
    expect(await Promise.all(unpackSequence(packed).map((x) => x.toArray()))).toEqual([[1, 2, 3], [4], [5, 6]]);
    expect(unpadSequence(padded, lengths).map(({ shape }) => shape)).toEqual([[3], [1], [2]]);
  });

  it('say what does not fit', () => {
    expect(() => padSequence([])).toThrow('padSequence: there are no sequences. Give one or more.');
    expect(() => padSequence([zeros([2, 3]), zeros([2, 4])])).toThrow('padSequence: sequences of [2, 3] and [2, 4]. They may differ in their first size only.');
    expect(() => packSequence([...sequences].reverse())).toThrow('packPaddedSequence: the lengths [2, 1, 3] do not fall.');
    expect(() => packPaddedSequence(zeros([3, 2]), [3, 0])).toThrow('packPaddedSequence: a length is 0. Use 1 to 3.');
    expect(() => packPaddedSequence(zeros([3, 2]), [3])).toThrow('packPaddedSequence: 1 lengths for 2 sequences.');
    expect(() => padPackedSequence(packSequence([zeros([3])]), { totalLength: 2 })).toThrow('padPackedSequence: totalLength is 2');
  });
});

describe('recurrent layers', () => {
  it('take PyTorch\'s names', () => {
    expect(Object.keys(new LSTM(2, 3, { numLayers: 2, bidirectional: true }).stateDict()).slice(0, 6)).toEqual([
      'weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0', 'weight_ih_l0_reverse', 'weight_hh_l0_reverse']);
  });

  it('drop out between layers, in training only', async () => {
    const layer = new GRU(2, 4, { numLayers: 2, dropout: 0.9 });
    const x = randn([3, 1, 2]);
    const run = async () => Array.from(await layer.forward(x)[0].data());
    expect(await run()).not.toEqual(await run());
    layer.eval();
    expect(await run()).toEqual(await run());
  });

  it('take batches of no sequences', () => {
    const x = zeros([4, 0, 2], { requiresGrad: true });
    for (const layer of [new LSTM(2, 3), new GRU(2, 3), new RNN(2, 3)]) {
      const [output] = layer.forward(x);
      expect(output.shape).toEqual([4, 0, 3]);
      output.sum().backward();
    }
    expect(x.grad!.shape).toEqual([4, 0, 2]);
  });

  it('have second derivatives', async () => {
    const cell = new LSTMCell(2, 2, { dtype: 'float64' });
    await gradCheck((x) => cell.forward(x)[0], [tensor([[0.5, -1]], { dtype: 'float64' })], { order: 2 });
    const layer = new RNN(1, 2, { dtype: 'float64' });
    await gradCheck((x) => layer.forward(x)[0], [tensor([[0.5], [-1], [2]], { dtype: 'float64' })], { order: 2 });
  });

  it('have second derivatives where sequences have lengths, both ways', async () => {
    for (const Kind of [RNN, LSTM, GRU]) {
      const layer = new Kind(1, 2, { dtype: 'float64', bidirectional: true });
      await gradCheck((x) => (layer.forward(packPaddedSequence(x, [3, 1])) as [PackedSequence, unknown])[0].data, [tensor([[[0.5], [1]], [[-1], [0]], [[2], [0]]], { dtype: 'float64' })], { order: 2 });
    }
  });

  it('give the same without a gradient, and from the last output as from the state', async () => {
    const x = tensor([[[0.5, 1]], [[-1, 2]], [[2, 0]]]);
    for (const layer of [new RNN(2, 3, { nonlinearity: 'relu' }), new LSTM(2, 3), new GRU(2, 3)]) {
      const run = (): Tensor[] => { const [output, state] = layer.forward(x) as [Tensor, Tensor | Tensor[]]; return [output.at(-1), [state].flat()[0]!.at(0)]; };
      const gradients = [0, 1].map((which) => grad([run()[which]!.square().sum()], layer.parameters()));
      const values = await Promise.all([...run(), ...noGrad(run)].map((result) => result.toArray()));
      for (const value of values) expect(value).toEqual(values[0]);
      for (const [i, gradient] of gradients[0]!.entries()) await expectClose(gradient, Array.from(await gradients[1]![i]!.data()), 1e-6);
    }
  });

  it('are a product and a kernel at each time, forwards and backwards', async () => {
    for (const layer of [new RNN(2, 3), new LSTM(2, 3), new GRU(2, 3)]) {
      const calls = async (times: number) => {
        const x = randn([times, 2, 2]);
        const { operations } = await profile(() => { grad([layer.forward(x)[0].sum()], layer.parameters()); });
        return operations.reduce((sum, operation) => sum + operation.calls, 0);
      };
      expect(await calls(12) - await calls(2)).toBe(40);
    }
  });

  it('hold nothing after a step', () => {
    const layer = new LSTM(2, 3, { bidirectional: true });
    const x = randn([4, 2, 2]);
    const step = () => {
      scope(() => { layer.forward(x)[0].sum().backward(); });
      return x.device.memory().storages;
    };
    step();
    const before = step();
    for (let i = 0; i < 3; i++) expect(step()).toBe(before);
  });

  it('say what does not fit', () => {
    expect(() => new LSTM(2, 3).forward(zeros([4, 1, 5]))).toThrow('LSTM: the input is [4, 1, 5]. Give [T, N, 2] or [T, 2].');
    expect(() => new GRU(2, 3, { batchFirst: true }).forward(zeros([2]))).toThrow('GRU: the input is [2]. Give [N, T, 2] or [T, 2].');
    expect(() => new RNN(2, 3).forward(zeros([4, 1, 2]), zeros([2, 1, 3]))).toThrow('RNN: the hidden state is [2, 1, 3]. Give [1, 1, 3]');
    expect(() => new RNN(2, 3).forward(zeros([0, 1, 2]))).toThrow('RNN: the sequences are empty. Give one step or more.');
    expect(() => new LSTM(2, 3, { projSize: 3 })).toThrow('LSTM: projSize is 3. Use a whole number from 0 to 2.');
    expect(() => new RNN(0, 3)).toThrow('RNN: inputSize is 0.');
    expect(() => new LSTMCell(2, 3).forward(zeros([1, 3]))).toThrow('LSTMCell: the input is [1, 3]. Give [N, 2] or [2].');
  });
});

it('takes the number of layers by position', () => {
  for (const net of [new RNN(2, 3, 2), new LSTM(2, 3, 2, { bidirectional: true }), new GRU(2, 3, 2)]) expect(net.numLayers).toBe(2);
});

describe('embeddings', () => {
  it('start standard normal, with a row of zeros for the padding', async () => {
    const layer = new Embedding(4, 2, { paddingIdx: -2 });
    expect(layer.paddingIdx).toBe(2);
    expect(await layer.weight.at(2).toArray()).toEqual([0, 0]);
  });

  it('take no indices', async () => {
    const weight = zeros([3, 2]);
    expect(embedding(zeros([2, 0], { dtype: 'int32' }), weight, { paddingIdx: 0 }).shape).toEqual([2, 0, 2]);
    expect(await new EmbeddingBag(3, 2, { mode: 'max' }).forward(zeros([0], { dtype: 'int32' }), [0, 0]).toArray()).toEqual([[0, 0], [0, 0]]);
  });

  it('are made of vectors that are there', async () => {
    const layer = Embedding.fromPretrained(arange(6).float().reshape(3, 2));
    expect(layer.weight.requiresGrad).toBe(false);
    expect(await layer.forward(ids([2, 0])).toArray()).toEqual([[4, 5], [0, 1]]);
  });

  it('have second derivatives', async () => {
    const weight = tensor([[1, 2], [3, 4]], { dtype: 'float64' });
    await gradCheck((w) => embedding(ids([0, 1, 0]), w).square(), [weight], { order: 2 });
  });

  it('say what does not fit', () => {
    const layer = new Embedding(4, 2);
    expect(() => layer.forward(ids([4]))).toThrow('embedding: an index is out of range. Use 0 to 3.');
    expect(() => layer.forward(tensor([1]))).toThrow('embedding: the indices are float32.');
    expect(() => new Embedding(4, 2, { paddingIdx: 4 })).toThrow('Embedding: paddingIdx is 4. Use -4 to 3.');
    const bag = new EmbeddingBag(4, 2);
    expect(() => bag.forward(ids([1, 2]))).toThrow('embeddingBag: 1-D indices have no bags.');
    expect(() => bag.forward(ids([1, 2]), [1])).toThrow('embeddingBag: the first offset is 1. It must be 0.');
    expect(() => bag.forward(ids([1, 2]), ids([1]))).toThrow('embeddingBag: the first offset is not 0. Every index must belong to a bag.');
    expect(() => bag.forward(ids([1, 2]), [0, 3])).toThrow('embeddingBag: an offset is out of range. Use 0 to 2.');
    expect(() => bag.forward(ids([1, 2]), ids([0]).reshape(1, 1))).toThrow('embeddingBag: the offsets are [1, 1]. Give [bags].');
    expect(() => bag.forward(ids([1, 2]), [0], tensor([1, 2]))).toThrow("embeddingBag: perSampleWeights with mode 'mean'. Use mode 'sum'.");
  });
});
