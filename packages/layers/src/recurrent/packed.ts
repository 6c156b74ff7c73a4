/** Sequences of different lengths as one tensor: padded, or packed without the padding. */
import { fail, fuse, quietly, type Scalar, scope, show, stack, type Tensor, tensor } from '@nn/tensor';

/**
 * Sequences without padding: all first elements, then all second ones, longest sequence first.
 * Recurrent layers take and give it; make it with {@link packPaddedSequence} or {@link packSequence}.
 */
export interface PackedSequence {
  /** [sum of lengths, ...] */
  readonly data: Tensor;
  /** How many sequences reach each time. */
  readonly batchSizes: readonly number[];
  /** Which sequence of the caller is at each place, and at which place each of them is. */
  readonly sortedIndices: readonly number[];
  readonly unsortedIndices: readonly number[];
}

/** `batchFirst`: [N, T, ...] instead of [T, N, ...]. Default false. */
export interface AxisOrder { readonly batchFirst?: boolean }
/** `enforceSorted`: refuse lengths that do not fall. Default true. */
export interface PackOptions extends AxisOrder { readonly enforceSorted?: boolean }
/** `paddingValue`: what is put where nothing is, default 0. */
export interface PadOptions extends AxisOrder { readonly paddingValue?: number }

const turned = (x: Tensor, batchFirst: boolean): Tensor => (batchFirst ? x.transpose(0, 1) : x);
const rowsAt = (x: Tensor, places: readonly number[]): Tensor => x.indexSelect(0, tensor(places, { dtype: 'int32', device: x.device }));

export const isPacked = (input: object): input is PackedSequence => 'batchSizes' in input;

/** The lengths of a packed sequence's members, in the caller's order. */
export const lengthsOf = ({ batchSizes, unsortedIndices }: PackedSequence): number[] =>
  unsortedIndices.map((place) => batchSizes.filter((size) => size > place).length);

/**
 * Puts sequences of different lengths side by side, filled up to the longest.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 *
 * @param sequences each [length, ...]
 * @returns [longest, N, ...], or [N, longest, ...]
 * @throws where there are none, or their other sizes differ
 * @example
 * padSequence([tensor([1, 2]), tensor([3])], { batchFirst: true }); // [[1, 2], [3, 0]]
 */
export function padSequence(sequences: readonly Tensor[], { batchFirst = false, paddingValue = 0 }: PadOptions = {}): Tensor {
  const [first] = sequences;
  if (!first) fail('padSequence', 'there are no sequences', 'Give one or more.');
  const wrong = sequences.find(({ shape }) => shape.length === 0 || show(shape.slice(1)) !== show(first.shape.slice(1)));
  if (wrong) fail('padSequence', `sequences of ${show(first.shape)} and ${show(wrong.shape)}`, 'They may differ in their first size only.');
  const longest = Math.max(...sequences.map(({ shape }) => shape[0]!));
  return scope(() => stack(sequences.map((x) => x.pad([...Array<number>(2 * (x.ndim - 1)).fill(0), 0, longest - x.shape[0]!], paddingValue)), batchFirst ? 0 : 1), 'padSequence');
}

/**
 * The sequences without what {@link padSequence} filled up.
 *
 * @example
 * unpadSequence(tensor([[1, 2], [3, 0]]), [2, 1], { batchFirst: true }).map((x) => x.shape); // [[2], [1]]
 */
export const unpadSequence = (padded: Tensor, lengths: readonly number[], { batchFirst = false }: AxisOrder = {}): Tensor[] =>
  scope(() => turned(padded, !batchFirst).unbind(0).map((x, i) => x.narrow(0, 0, lengths[i]!)), 'unpadSequence');

/**
 * Leaves the padding out.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 *
 * @param input [T, N, ...], or [N, T, ...] with `batchFirst`
 * @param lengths of the N sequences, 1 to T
 * @throws where lengths do not fit, or do not fall while `enforceSorted`
 * @example
 * packPaddedSequence(tensor([[1, 2], [3, 0]]), [2, 1], { batchFirst: true }).data; // [1, 3, 2]
 */
export function packPaddedSequence(input: Tensor, lengths: readonly number[], { batchFirst = false, enforceSorted = true }: PackOptions = {}): PackedSequence {
  const operation = 'packPaddedSequence';
  if (input.ndim < 2) fail(operation, `the input is ${show(input.shape)}`, 'Give [T, N, ...], or [N, T, ...] with batchFirst.');
  const [steps, count] = batchFirst ? [input.shape[1]!, input.shape[0]!] : [input.shape[0]!, input.shape[1]!];
  if (lengths.length !== count) fail(operation, `${lengths.length} lengths for ${count} sequences`, 'Give one each.');
  const wrong = lengths.find((length) => !(Number.isInteger(length) && length >= 1 && length <= steps));
  if (wrong !== undefined) fail(operation, `a length is ${wrong}`, `Use 1 to ${steps}.`);
  if (enforceSorted && lengths.some((length, i) => i > 0 && length > lengths[i - 1]!)) fail(operation, `the lengths ${show(lengths)} do not fall`, 'Sort the sequences, longest first, or pass { enforceSorted: false }.');
  return scope(() => {
    const sortedIndices = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]!);
    const unsortedIndices = lengths.map((_, i) => sortedIndices.indexOf(i));
    const batchSizes = Array.from({ length: Math.max(...lengths) }, (_, t) => lengths.filter((length) => length > t).length);
    const places = batchSizes.flatMap((size, t) => sortedIndices.slice(0, size).map((n) => t * count + n));
    return { data: rowsAt(turned(input, batchFirst).flatten(0, 1), places), batchSizes, sortedIndices, unsortedIndices };
  }, operation);
}

const filled = fuse((x: Scalar, there: Scalar, value: Scalar) => x.where(there, value));

/**
 * Puts the padding back.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
 *
 * @param options `totalLength`: pad to this length instead of the longest
 * @returns the padded sequences in the caller's order, and their lengths
 * @throws where `totalLength` is below the longest
 *
 * @example
 * padPackedSequence(packSequence([tensor([1, 2]), tensor([3])]))[0]; // [[1, 3], [2, 0]]
 */
export function padPackedSequence(packed: PackedSequence, options: PadOptions & { readonly totalLength?: number } = {}): [padded: Tensor, lengths: number[]] {
  const { batchFirst = false, paddingValue = 0, totalLength = packed.batchSizes.length } = options;
  const { data, batchSizes, unsortedIndices } = packed;
  if (totalLength < batchSizes.length) fail('padPackedSequence', `totalLength is ${totalLength}, the longest sequence has ${batchSizes.length}`, 'Use at least this.');
  return scope(() => {
    let before = 0;
    const starts = batchSizes.map((size) => (before += size) - size);
    const there: boolean[] = [];
    const places = Array.from({ length: totalLength }, (_, t) => unsortedIndices.map((place) => {
      there.push(t < batchSizes.length && place < batchSizes[t]!);
      return there.at(-1) ? starts[t]! + place : 0;
    })).flat();
    const rest = data.shape.slice(1);
    const mask = quietly(() => tensor(there, { device: data.device }).reshape(there.length, ...rest.map(() => 1)));
    const padded = filled(rowsAt(data, places), mask, paddingValue).reshape(totalLength, unsortedIndices.length, ...rest);
    return [turned(padded, batchFirst), lengthsOf(packed)];
  }, 'padPackedSequence');
}

/**
 * {@link packPaddedSequence} of sequences that are not padded yet, each [length, ...].
 *
 * @example
 * packSequence([tensor([1, 2]), tensor([3])]).data; // [1, 3, 2]
 */
export const packSequence = (sequences: readonly Tensor[], { enforceSorted = true }: Pick<PackOptions, 'enforceSorted'> = {}): PackedSequence =>
  scope(() => packPaddedSequence(padSequence(sequences), sequences.map(({ shape }) => shape[0]!), { enforceSorted }), 'packSequence');

/**
 * The sequences of a packed one, each [length, ...].
 *
 * @example
 * unpackSequence(packSequence([tensor([1, 2]), tensor([3])])).map((x) => x.shape); // [[2], [1]]
 */
export const unpackSequence = (packed: PackedSequence): Tensor[] =>
  scope(() => unpadSequence(...padPackedSequence(packed)), 'unpackSequence');
