/** Where in a sequence something is: added to embeddings, or turned into queries and keys. */
import { fail, fuse, type Scalar, scope, show, stack, type Tensor, tensor, type TensorOptions } from '@nn/tensor';
import { Dropout } from '../dropout/dropout.ts';
import { Module } from '../module.ts';
import { Buffer, type ParameterOptions } from '../parameter.ts';
import { slicesOf } from '../slices.ts';

/** `base`: how slowly the last pair turns. Default 10000. */
export interface WaveBase { readonly base?: number }

/** Angles of `pairs` pairs at `length` places from `offset` on: place / base^(i / pairs). */
const angles = (length: number, pairs: number, base: number, offset = 0): Float64Array =>
  Float64Array.from({ length: length * pairs }, (_, i) => (offset + Math.floor(i / pairs)) / base ** ((i % pairs) / pairs));

/**
 * Positions as waves: `out[t, 2 i] = sin(t / base^(2 i / d))`, `out[t, 2 i + 1] = cos(t / base^(2 i / d))`.
 *
 * Source: Vaswani et al. 2017, Attention is all you need, section 3.5.
 *
 * @param features d, even or odd
 * @returns [length, features]
 * @example
 * sinusoidalPositions(100, 64).shape; // [100, 64]
 */
export function sinusoidalPositions(length: number, features: number, { base = 10000, ...options }: WaveBase & TensorOptions = {}): Tensor {
  const values = Float64Array.from({ length: length * features }, (_, i) => {
    const [place, feature] = [Math.floor(i / features), i % features];
    const angle = place / base ** ((feature - (feature % 2)) / features);
    return feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return tensor(values, { dtype: 'float32', ...options, shape: [length, features] });
}

/** What {@link PositionalEncoding} takes. */
export interface PositionalEncodingOptions extends WaveBase, Pick<ParameterOptions, 'device' | 'dtype'> {
  /** The probability of dropout after it, in training. Default 0.1. */
  readonly dropout?: number;
  /** The longest sequence. Default 5000. */
  readonly maxLength?: number;
  /** [N, T, E] instead of [T, N, E]. Default false. */
  readonly batchFirst?: boolean;
}

/**
 * Adds {@link sinusoidalPositions} to a sequence, then drops out.
 *
 * Source: Vaswani et al. 2017, section 3.5; https://docs.pytorch.org/tutorials/beginner/transformer_tutorial.html
 *
 * @param dModel E
 * @throws by `forward` where the sequence is too long or has another width
 * @example
 * new PositionalEncoding(64, { batchFirst: true }).forward(zeros([2, 5, 64])).shape; // [2, 5, 64]
 */
export class PositionalEncoding extends Module {
  static override readonly typeName = 'PositionalEncoding';
  readonly dropout: Dropout;
  readonly batchFirst: boolean;
  readonly pe: Buffer;

  constructor(dModel: number, { dropout: p = 0.1, maxLength = 5000, batchFirst = false, ...options }: PositionalEncodingOptions = {}) {
    super();
    this.dropout = new Dropout(p);
    this.batchFirst = batchFirst;
    this.pe = new Buffer(sinusoidalPositions(maxLength, dModel, options), { persistent: false });
  }

  /** @param x [T, N, E], [N, T, E] with `batchFirst`, or [T, E] */
  forward(x: Tensor): Tensor {
    const [most, width] = this.pe.shape as [number, number];
    const axis = x.ndim === 3 && this.batchFirst ? 1 : 0;
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.at(-1) !== width || x.shape[axis]! > most) fail('PositionalEncoding', `the input is ${show(x.shape)}`, `Give up to ${most} places of ${width} features.`);
    const places = this.pe.narrow(0, 0, x.shape[axis]!);
    return this.dropout.forward(x.add(x.ndim === 3 && axis === 0 ? places.unsqueeze(1) : places));
  }
}

/** What {@link rotaryEmbedding} takes. */
export interface RotaryOptions extends WaveBase {
  /** The place of the first element. Default 0. */
  readonly offset?: number;
  /** Whether pairs are neighbours, as in the paper (the default), or the two halves of the features, as in GPT-NeoX and Llama. */
  readonly interleaved?: boolean;
}

const turn = fuse((a: Scalar, b: Scalar, cos: Scalar, sin: Scalar) => [a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))] as const);

/**
 * Turns each pair of features by an angle that grows with its place, so that products of queries and keys depend on their distance only.
 *
 * Source: Su et al. 2021, RoFormer: enhanced transformer with rotary position embedding, section 3.2.
 *
 * @param x queries or keys, [..., T, E] with an even E
 * @throws where E is odd
 * @example
 * const [q, k, v] = [randn([2, 5, 8]), randn([2, 5, 8]), randn([2, 5, 8])];
 * scaledDotProductAttention(rotaryEmbedding(q), rotaryEmbedding(k), v, { isCausal: true }).shape; // [2, 5, 8]
 */
export function rotaryEmbedding(x: Tensor, { base = 10000, offset = 0, interleaved = true }: RotaryOptions = {}): Tensor {
  const [length, features] = x.shape.slice(-2) as [number, number];
  if (x.ndim < 2 || features % 2 !== 0) fail('rotaryEmbedding', `the input is ${show(x.shape)}`, 'Give [..., T, E] with an even E.');
  return scope(() => {
    const pairs = features / 2;
    const turns = angles(length, pairs, base, offset);
    const [cos, sin] = [Math.cos, Math.sin].map((of) => tensor(turns.map(of), { dtype: x.dtype, device: x.device, shape: [length, pairs] }));
    const lead = x.shape.slice(0, -1);
    const axis = interleaved ? x.ndim : x.ndim - 1;
    const [a, b] = slicesOf(x.reshape(...lead, ...(interleaved ? [pairs, 2] : [2, pairs])), axis);
    return stack(turn(a!, b!, cos!, sin!), axis).reshape(...x.shape);
  }, 'rotaryEmbedding');
}
