import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIdx } from '../src/idx.ts';
import { gzip, idxBytes } from './idx-bytes.ts';

const plain = idxBytes([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);

/** 40,000 bytes that gzip cannot compress away. */
const noise = Uint8Array.from({ length: 40_000 }, (_, i) => Math.imul(i ^ (i >>> 3), 0x9e3779b1) >>> 13);

describe('readIdx', () => {
  let dir: string;
  beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'idx-')); });
  afterAll(async () => { await rm(dir, { recursive: true }); });

  it('reads bytes, plain and gzipped', async () => {
    for (const bytes of [plain, gzip(plain), plain.slice().buffer]) {
      const { shape, data } = await readIdx(bytes);
      expect(shape).toEqual([2, 2, 3]);
      expect(data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255));
    }
  });

  it('reads bytes that lie inside a larger buffer', async () => {
    const large = new Uint8Array(100);
    large.set(plain, 7);
    expect((await readIdx(large.subarray(7, 7 + plain.length))).data).toEqual(plain.subarray(16));
  });

  it('reads files, by their content and not their name', async () => {
    await writeFile(join(dir, 'plain.gz'), plain);
    await writeFile(join(dir, 'packed'), gzip(plain));
    expect((await readIdx(join(dir, 'plain.gz'))).shape).toEqual([2, 2, 3]);
    expect((await readIdx(join(dir, 'packed'))).shape).toEqual([2, 2, 3]);
  });

  it.each([
    ['int8', 0x09, [255, 1], Int8Array.of(-1, 1)],
    ['int16', 0x0b, [255, 254, 1, 0], Int16Array.of(-2, 256)],
    ['int32', 0x0c, [255, 255, 255, 253, 0, 1, 0, 0], Int32Array.of(-3, 65536)],
    ['float32', 0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1.5, -2)],
    ['float64', 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float64Array.of(1.5, -2)],
  ])('reads big-endian %s', async (_name, code, bytes, expected) => {
    const { shape, data } = await readIdx(Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...bytes));
    expect(shape).toEqual([2]);
    expect(data).toEqual(expected);
  });

  it('reads an array without rows', async () => {
    expect(await readIdx(idxBytes([0, 28, 28], []))).toEqual({ shape: [0, 28, 28], data: new Uint8Array(0) });
  });

  it('says what is wrong with a truncated file', async () => {
    await expect(readIdx(plain.subarray(0, -1), 'images')).rejects.toThrow(
      'readIdx: the file is truncated (images): its header says [2, 2, 3], 12 bytes, and 11 follow. Fetch it again.',
    );
    await expect(readIdx(plain.subarray(0, 9), 'images')).rejects.toThrow('readIdx: the file is truncated (images): 9 bytes do not hold a header of 16.');
  });

  it('says what is wrong with a truncated gzip file, wherever it ends', async () => {
    const packed = gzip(idxBytes([noise.length], noise));
    for (const length of [2, 10, packed.length >> 1, packed.length - 1]) {
      await expect(readIdx(packed.subarray(0, length), 'x.gz')).rejects.toThrow(
        `readIdx: the gzip file is truncated or corrupt (x.gz), ${length} bytes: unexpected end of file. Fetch it again.`,
      );
    }
  });

  it('says what is wrong with a corrupt gzip file', async () => {
    const packed = gzip(idxBytes([noise.length], noise));
    for (const at of [3, 2000, packed.length - 6]) {
      const corrupt = packed.slice();
      corrupt[at]! ^= 0xff;
      await expect(readIdx(corrupt, 'x.gz')).rejects.toThrow(/^readIdx: the gzip file is truncated or corrupt \(x\.gz\), \d+ bytes: .+\. Fetch it again\.$/);
    }
  });

  it('says what is wrong with a file that is not idx', async () => {
    const rest = 'An idx file begins with 00 00, a type of 08 to 0e, and the number of dimensions.';
    await expect(readIdx(new TextEncoder().encode('<!DOCTYPE html>'), 'x')).rejects.toThrow(`readIdx: not an idx file (x): it begins with 3c 21 44 4f. ${rest}`);
    await expect(readIdx(gzip(new TextEncoder().encode('hello')), 'x')).rejects.toThrow('it begins with 68 65 6c 6c');
    await expect(readIdx(new Uint8Array(0), 'x')).rejects.toThrow('it begins with nothing');
    await expect(readIdx(Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), 'x')).rejects.toThrow('not an idx file');
    await expect(readIdx(Uint8Array.of(0, 0, 8, 0), 'x')).rejects.toThrow('not an idx file');
  });

  it('says what is wrong with sizes that do not fit', async () => {
    await expect(readIdx(Uint8Array.of(...plain, 0), 'x')).rejects.toThrow('readIdx: the file is longer than it says (x): its header says [2, 2, 3], 12 bytes, and 13 follow.');
    await expect(readIdx(idxBytes([0xffffffff, 0xffffffff], [1]), 'x')).rejects.toThrow('the file is truncated (x): its header says [4294967295, 4294967295]');
  });

  it('says which file is missing', async () => {
    await expect(readIdx(join(dir, 'nothing'))).rejects.toThrow(`readIdx: cannot read ${join(dir, 'nothing')} (ENOENT`);
  });
});
