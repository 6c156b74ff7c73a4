/**
 * The safetensors format (https://huggingface.co/docs/safetensors): the length of a header as 8 bytes, the header as JSON
 * (`name: { dtype, shape, data_offsets }`), then the elements of all tensors, little-endian and row-major, without gaps.
 */
import { type Device, fail, show, sizeOf, type Tensor, tensor } from '@nn/tensor';
import { readWhole, writeWhole } from './files.ts';
import { hostValues, isStored, type Stored, STORED, storedAs, write } from './safetensors-elements.ts';
import type { StateDict } from './state.ts';

/** What a safetensors file holds. */
export interface Safetensors {
  /** In the order of the file's header. */
  readonly tensors: StateDict;
  /** The strings that were stored beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of {@link decodeSafetensors} and {@link loadSafetensors}. */
export interface SafetensorsOptions {
  /** Where the tensors are made. Default: the default device. */
  readonly device?: Device;
}

interface Entry { readonly name: string; readonly dtype: Stored; readonly shape: readonly number[]; readonly start: number; readonly end: number }

/** The reference implementation's limit: a header is never as long, and a file that says so is not one. */
const LONGEST_HEADER = 100_000_000;
const OPERATION = 'decodeSafetensors';
const METADATA = '__metadata__';

/**
 * Tensors by name as the bytes of a safetensors file, which PyTorch reads under the same names: float32 as F32, float64 as F64, float16 as F16,
 * int32 as I32, uint32 as U32, bool as BOOL. The larger elements come first, so that each tensor lies aligned.
 *
 * @param metadata strings to store beside them; Hugging Face's loaders ask for `{ format: 'pt' }`
 * @throws where the metadata holds anything but strings, or a tensor is called `__metadata__`
 * @example
 * const bytes = await encodeSafetensors(new Linear(2, 3).stateDict(), { epoch: '5' });
 */
export async function encodeSafetensors(tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const named = Object.entries(tensors);
  if (named.some(([name]) => name === METADATA)) fail('encodeSafetensors', `a tensor is called ${METADATA}`, 'The format reserves that name: rename it.');
  const wrong = Object.entries(metadata).find(([, value]) => typeof value !== 'string');
  if (wrong) fail('encodeSafetensors', `the metadata's ${wrong[0]} is of type ${typeof wrong[1]}`, 'The format holds strings only: JSON.stringify it.');
  // All reads are asked for before the first is awaited: the values are those of this moment.
  const parts = await Promise.all(named.map(async ([name, x]) => ({ name, dtype: storedAs(x.dtype), shape: x.shape, data: await x.data() })));
  parts.sort((a, b) => STORED[b.dtype].bytes - STORED[a.dtype].bytes);

  let end = 0;
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { [METADATA]: metadata } : {};
  const entries = parts.map(({ name, dtype, shape, data }) => {
    const start = end;
    end += data.length * STORED[dtype].bytes;
    return [name, { dtype, shape, data_offsets: [start, end] as const }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...Object.fromEntries(entries) }));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength).set(text, 8);
  parts.forEach(({ dtype, data }, i) => write(dtype, data, bytes, 8 + headerLength + entries[i]![1].data_offsets[0]));
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file. BOOL becomes bool, F64 float64, U32 uint32; F32, F16 and BF16 become float32,
 * and all other integers int32.
 *
 * @throws where the file is truncated, its header is none or contradicts itself, a dtype is none of these, or a 64-bit integer does not fit int32
 * @example
 * const bytes = await encodeSafetensors({ weight: ones([2]) }); // in a page: new Uint8Array(await (await fetch(url)).arrayBuffer())
 * decodeSafetensors(bytes).tensors.weight; // [1, 1]
 */
export function decodeSafetensors(bytes: Uint8Array, { device }: SafetensorsOptions = {}): Safetensors {
  const { entries, metadata, data } = parse(bytes);
  const tensors = entries.map(({ name, dtype, shape, start, end }) => {
    const values = hostValues(dtype, data.subarray(start, end), name);
    return [name, tensor(values, { shape, dtype: STORED[dtype].dtype, ...(device && { device }) })] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * Writes {@link encodeSafetensors}'s bytes to a file (Node): under another name first, then renamed, so that no half of a file is ever found.
 *
 * @example
 * await saveSafetensors('model.safetensors', new Linear(2, 3).stateDict());
 */
export async function saveSafetensors(path: string, tensors: Readonly<Record<string, Tensor>>, metadata?: Readonly<Record<string, string>>): Promise<void> {
  await writeWhole('saveSafetensors', path, await encodeSafetensors(tensors, metadata));
}

/**
 * Reads a safetensors file (Node); see {@link decodeSafetensors}.
 *
 * @example
 * const model = new Linear(2, 3);
 * await saveSafetensors('model.safetensors', model.stateDict());
 * model.loadStateDict((await loadSafetensors('model.safetensors')).tensors);
 */
export async function loadSafetensors(path: string, options?: SafetensorsOptions): Promise<Safetensors> {
  return decodeSafetensors(await readWhole('loadSafetensors', path), options);
}

const broken = (what: string): never => fail(OPERATION, what, 'The file is damaged, or is no safetensors file: fetch or save it again.');

/** The header, checked as the reference implementation checks it: the tensors cover the rest of the file, each byte once. */
function parse(bytes: Uint8Array): { entries: readonly Entry[]; metadata: Record<string, string>; data: Uint8Array } {
  if (bytes.length < 8) broken(`${bytes.length} bytes do not hold the length of a header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > LONGEST_HEADER) broken(`the first 8 bytes announce a header of ${length} bytes`);
  if (8 + length > bytes.length) broken(`the file is truncated: a header of ${length} bytes is announced, and ${bytes.length - 8} follow`);
  const data = bytes.subarray(8 + length);
  const { [METADATA]: metadata = {}, ...named } = headerOf(bytes.subarray(8, 8 + length));
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) broken(`${METADATA} is not an object of strings`);
  const entries = Object.entries(named).map(([name, entry]) => entryOf(name, entry));
  let covered = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) broken(`${name} begins at byte ${start} of the data, where byte ${covered} ${start < covered ? 'belongs to another tensor' : 'has to be covered'}`);
    covered = end;
  }
  if (covered > data.length) broken(`the file is truncated: ${covered} bytes of data are announced, and ${data.length} follow`);
  if (covered < data.length) broken(`${data.length - covered} bytes follow after the last tensor`);
  return { entries, metadata: metadata as Record<string, string>, data };
}

function headerOf(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) broken('the header does not begin with a brace');
  let header: unknown;
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    broken(`the header is not JSON (${(error as Error).message})`);
  }
  if (!isRecord(header)) return broken('the header is not a JSON object');
  // JSON.parse lets the last of two equal names win.
  const names = topLevelNames(text);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) broken(`the header names ${twice} twice`);
  return header;
}

/** The names of a JSON object's members, repeated ones too. */
function topLevelNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token, string] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && string !== undefined && token.endsWith(':')) names.push(JSON.parse(string) as string);
  }
  return names;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

function entryOf(name: string, entry: unknown): Entry {
  if (!isRecord(entry)) return broken(`the header's ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') return broken(`${name} has no dtype`);
  if (!isStored(dtype)) return fail(OPERATION, `${name} is of dtype ${dtype}, which is not read here`, `Save it as one of ${Object.keys(STORED).join(', ')}.`);
  if (!isCounts(shape)) return broken(`${name} has no shape of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) return broken(`${name} has no data_offsets of two whole numbers`);
  const [start, end] = offsets as [number, number];
  const size = sizeOf(shape) * STORED[dtype].bytes;
  if (end - start !== size) broken(`${name} takes the bytes ${start} to ${end}, and ${dtype} of shape ${show(shape)} needs ${size}`);
  return { name, dtype, shape, start, end };
}
