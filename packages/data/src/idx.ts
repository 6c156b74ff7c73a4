/**
 * The idx format of MNIST and its relatives (described at http://yann.lecun.com/exdb/mnist): two zero bytes, the type of
 * the elements, the number of dimensions, each dimension as a big-endian 32-bit number, then the elements, big-endian.
 */
import { fail, show } from '@nn/tensor';
import { fileSystem } from './files.ts';
import { gunzip, isGzip } from './gunzip.ts';

/** What an idx file holds: `data` in row-major order, as many elements as `shape` says. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: IdxData;
}

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface ElementType {
  readonly bytes: number;
  readonly read: (bytes: Uint8Array) => IdxData;
}

const ELEMENTS: { readonly [code: number]: ElementType } = {
  0x08: { bytes: 1, read: (bytes) => bytes },
  0x09: { bytes: 1, read: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) },
  0x0b: { bytes: 2, read: (bytes) => numbers(Int16Array, bytes, (view, at) => view.getInt16(at)) },
  0x0c: { bytes: 4, read: (bytes) => numbers(Int32Array, bytes, (view, at) => view.getInt32(at)) },
  0x0d: { bytes: 4, read: (bytes) => numbers(Float32Array, bytes, (view, at) => view.getFloat32(at)) },
  0x0e: { bytes: 8, read: (bytes) => numbers(Float64Array, bytes, (view, at) => view.getFloat64(at)) },
};

/**
 * Reads an idx file, gzipped or not (its first bytes tell, not its name).
 *
 * @param source The path of a file (Node), or the bytes of one.
 * @param name What errors call the file; by default its path.
 * @throws Where the file is missing, truncated, corrupt, longer than it says, or not idx at all.
 * @example
 * const { shape, data } = await readIdx('train-images-idx3-ubyte.gz'); // [60000, 28, 28], Uint8Array
 */
export async function readIdx(source: string | Uint8Array | ArrayBuffer, name?: string): Promise<IdxArray> {
  const label = name ?? (typeof source === 'string' ? source : 'bytes');
  const bytes = typeof source === 'string' ? await readFile(source) : toBytes(source);
  return parse(isGzip(bytes) ? await unpack(bytes, label) : bytes, label);
}

const toBytes = (source: Uint8Array | ArrayBuffer): Uint8Array => (source instanceof Uint8Array ? source : new Uint8Array(source));

async function readFile(path: string): Promise<Uint8Array> {
  const files = await fileSystem('readIdx');
  try {
    return await files.readFile(path);
  } catch (error) {
    return fail('readIdx', `cannot read ${path} (${(error as Error).message})`, 'Give the path of an idx file, or its bytes.');
  }
}

async function unpack(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    return await gunzip(bytes);
  } catch (error) {
    return fail('readIdx', `the gzip file is truncated or corrupt (${name}), ${bytes.length} bytes: ${(error as Error).message}`, 'Fetch it again.');
  }
}

function parse(bytes: Uint8Array, name: string): IdxArray {
  const [zero, zeroToo, code = 0, rank = 0] = bytes;
  const element = ELEMENTS[code];
  if (zero !== 0 || zeroToo !== 0 || element === undefined || rank === 0) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    fail('readIdx', `not an idx file (${name}): it begins with ${start || 'nothing'}`, 'An idx file begins with 00 00, a type of 08 to 0e, and the number of dimensions.');
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) fail('readIdx', `the file is truncated (${name}): ${bytes.length} bytes do not hold a header of ${header}`, 'Fetch it again.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const needed = shape.reduce((a, b) => a * b, element.bytes);
  const found = bytes.length - header;
  if (found !== needed) {
    const wrong = found < needed ? 'the file is truncated' : 'the file is longer than it says';
    fail('readIdx', `${wrong} (${name}): its header says ${show(shape)}, ${needed} bytes, and ${found} follow`, 'Fetch it again.');
  }
  return { shape, data: element.read(bytes.subarray(header)) };
}

function numbers<A extends Int16Array | Int32Array | Float32Array | Float64Array>(
  array: { new (length: number): A; readonly BYTES_PER_ELEMENT: number },
  bytes: Uint8Array,
  read: (view: DataView, at: number) => number,
): A {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new array(bytes.length / array.BYTES_PER_ELEMENT);
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * array.BYTES_PER_ELEMENT);
  return out;
}
