/** Makes idx files for tests. */
import { gzipSync } from 'node:zlib';

/** The bytes of an idx file of unsigned bytes. */
export function idxBytes(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const header = [0, 0, 8, shape.length, ...shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255])];
  return Uint8Array.from([...header, ...Array.from(data)]);
}

export const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
