import { gradCheck } from '@nn/autograd';
import { randn, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/attention.json' with { type: 'json' };
import {
  LayerNorm, MultiheadAttention, PositionalEncoding, rotaryEmbedding, scaledDotProductAttention, sinusoidalPositions, Transformer, TransformerEncoder, TransformerEncoderLayer,
} from '../src/index.ts';
import { expectClose, type FixtureTensor, fromFixture } from './close.ts';
import { each, withTensors } from './modules.ts';

each('attention in heads', fixture.multihead, (module, inputs, { repeat, call }) => module.forward(...Array.from({ length: repeat! }, () => inputs).flat(), withTensors(call!)));
each('transformers', fixture.layers, (module, inputs, { call }) => module.forward(...inputs, withTensors(call!)));
each('LayerNorm', fixture.norms, (module, inputs) => module.forward(...inputs));

describe('scaledDotProductAttention', () => {
  for (const [i, { inputs, options, output, upstream, gradients }] of fixture.scaled.entries()) {
    it(`${i}: ${inputs.map(({ shape }) => `[${shape.join()}]`).join(', ')} ${JSON.stringify({ ...options, attnMask: Boolean(options.attnMask) })}`, async () => {
      const [q, k, v] = inputs.map((input) => fromFixture(input, true));
      const y = scaledDotProductAttention(q!, k!, v!, { ...options, attnMask: options.attnMask ? fromFixture(options.attnMask as FixtureTensor) : null });
      expect(y.shape).toEqual(output.shape);
      await expectClose(y, output.data, 1e-9);
      y.backward(fromFixture(upstream));
      for (const [k2, x] of [q, k, v].entries()) await expectClose(x!.grad!, gradients[k2]!, 1e-9);
    });
  }

  it('gives 0 where nothing may be attended to, and no NaN backwards', async () => {
    const [q, k, v] = [randn([2, 3]), randn([2, 3]), randn([2, 3])];
    q.requiresGrad = true;
    const y = scaledDotProductAttention(q, k, v, { attnMask: tensor([[true, true], [false, false]]) });
    y.sum().backward();
    expect((await y.toArray() as number[][])[1]).toEqual([0, 0, 0]);
    expect(Array.from(await q.grad!.data()).every(Number.isFinite)).toBe(true);
  });

  it('has second derivatives', async () => {
    const x = tensor([[0.1, -0.4], [0.7, 0.2]], { dtype: 'float64' });
    await gradCheck((q) => scaledDotProductAttention(q, q, q, { isCausal: true }), [x], { order: 2 });
  });

  it('drops weights out', async () => {
    const [q, k, v] = [randn([2, 3]), randn([2, 3]), randn([2, 3])];
    expect(await scaledDotProductAttention(q, k, v, { dropoutP: 1 }).toArray()).toEqual([[0, 0, 0], [0, 0, 0]]);
  });

  it('says what does not fit', () => {
    const x = zeros([2, 3]);
    expect(() => scaledDotProductAttention(x, zeros([2, 4]), x)).toThrow('scaledDotProductAttention: the query is [2, 3], the key [2, 4]');
    expect(() => scaledDotProductAttention(x, x, x, { attnMask: zeros([2, 2]), isCausal: true })).toThrow('there are both attnMask and isCausal');
  });
});

describe('transformers', () => {
  it('stack copies that start alike and learn apart', async () => {
    const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 3 });
    const stack = new TransformerEncoder(layer, 2, { norm: new LayerNorm(4) });
    expect(Object.keys(stack.stateDict()).filter((key) => key.includes('in_proj_weight'))).toEqual(['layers.0.self_attn.in_proj_weight', 'layers.1.self_attn.in_proj_weight']);
    const [a, b] = stack.layers;
    expect(await a!.linear1.weight.toArray()).toEqual(await b!.linear1.weight.toArray());
    expect(a!.linear1.weight).not.toBe(b!.linear1.weight);
  });

  it('take batches of nothing', () => {
    const x = zeros([3, 0, 4]);
    expect(new MultiheadAttention(4, 2).forward(x, x, x)[0].shape).toEqual([3, 0, 4]);
    expect(new TransformerEncoderLayer(4, 2, { dimFeedforward: 3 }).forward(x).shape).toEqual([3, 0, 4]);
  });

  it('see only what is before, by a flag as by a mask', async () => {
    const model = new Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 3 }).eval();
    const [src, tgt] = [randn([3, 1, 4]), randn([5, 1, 4])];
    const flagged = await model.forward(src, tgt, { tgtIsCausal: true }).data();
    await expectClose(model.forward(src, tgt, { tgtMask: Transformer.generateSquareSubsequentMask(5) }), Array.from(flagged), 1e-6);
  });

  it('say what does not fit', () => {
    expect(() => new MultiheadAttention(5, 2)).toThrow('MultiheadAttention: embedDim 5 is no multiple of 2 heads. Choose a multiple.');
    const attention = new MultiheadAttention(4, 2);
    expect(() => attention.forward(zeros([3, 2, 4]), zeros([3, 1, 4]), zeros([3, 1, 4]))).toThrow('MultiheadAttention: the query is [3, 2, 4]');
    const x = zeros([3, 2, 4]);
    expect(() => attention.forward(x, x, x, { attnMask: zeros([2, 3]) })).toThrow('MultiheadAttention: attnMask is [2, 3]. Give [3, 3] or [4, 3, 3].');
    expect(() => attention.forward(x, x, x, { keyPaddingMask: zeros([3, 3]) })).toThrow('keyPaddingMask is [3, 3]. Give [2, 3].');
    expect(() => attention.forward(x, x, x, { keyPaddingMask: zeros([3, 2]) })).toThrow('keyPaddingMask is [3, 2]. Give [2, 3].');
    expect(() => new Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1 }).forward(zeros([2, 1, 3]), x)).toThrow('Give both a last size of 4.');
    expect(() => new TransformerEncoderLayer(4, 2, { activation: 'tanh' as 'relu' })).toThrow("TransformerEncoderLayer: there is no activation 'tanh'. Use 'relu', 'gelu' or a function.");
    expect(() => new LayerNorm([]).forward(zeros([2]))).toThrow('layerNorm: normalizedShape is []. Give one size or more.');
    expect(() => new LayerNorm(3).forward(zeros([2, 4]))).toThrow('layerNorm: the input is [2, 4]. Give [..., 3].');
  });
});

describe('positions', () => {
  it('are waves', async () => {
    await expectClose(sinusoidalPositions(2, 4), [0, 1, 0, 1, Math.sin(1), Math.cos(1), Math.sin(0.01), Math.cos(0.01)], 1e-6);
    expect(sinusoidalPositions(3, 5).shape).toEqual([3, 5]);
    const layer = new PositionalEncoding(4, { dropout: 0, batchFirst: true });
    await expectClose(layer.forward(zeros([1, 2, 4])), [0, 1, 0, 1, Math.sin(1), Math.cos(1), Math.sin(0.01), Math.cos(0.01)], 1e-6);
    expect(() => layer.forward(zeros([1, 2, 3]))).toThrow('PositionalEncoding: the input is [1, 2, 3]. Give up to 5000 places of 4 features.');
  });

  it('turn queries and keys so that only their distance counts', async () => {
    for (const interleaved of [true, false]) {
      const [q, k] = [randn([1, 4], { dtype: 'float64' }), randn([1, 4], { dtype: 'float64' })];
      const product = (m: number, n: number) => rotaryEmbedding(q, { offset: m, interleaved }).mul(rotaryEmbedding(k, { offset: n, interleaved })).sum().item();
      expect(await product(7, 4)).toBeCloseTo(await product(13, 10), 10);
      expect(await product(7, 4)).not.toBeCloseTo(await product(7, 5), 3);
    }
    await expectClose(rotaryEmbedding(tensor([[1, 0, 1, 0]]), { offset: 1 }), [Math.cos(1), Math.sin(1), Math.cos(0.01), Math.sin(0.01)], 1e-6);
    expect(() => rotaryEmbedding(zeros([2, 3]))).toThrow('rotaryEmbedding: the input is [2, 3]. Give [..., T, E] with an even E.');
    await gradCheck((x) => rotaryEmbedding(x), [tensor([[1, 2], [3, 4]], { dtype: 'float64' })]);
  });
});
