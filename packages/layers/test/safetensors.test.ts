import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ones, reference, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, Linear, loadSafetensors, saveSafetensors, Sequential } from '../src/index.ts';
import { hostValues, write } from '../src/safetensors-elements.ts';

/** A file by hand: the header's text or object, then bytes. */
function file(header: unknown, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const entry = (dtype: string, shape: readonly number[], start: number, end: number) => ({ dtype, shape, data_offsets: [start, end] });
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const values = (tensors: Readonly<Record<string, Tensor>>) =>
  Promise.all(Object.entries(tensors).map(async ([name, x]) => [name, x.dtype, x.shape, await x.toArray()]));

describe('encodeSafetensors', () => {
  it('is these bytes', async () => {
    const bytes = await encodeSafetensors({ b: tensor([true, false]), w: tensor([[1, -2]]) }, { k: 'v' });
    const header = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(padded.length));
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect(hex(bytes.subarray(8 + padded.length))).toBe('0000803f000000c00100');
  });

  it('comes back: every dtype, no axes, no elements, views, any name', async () => {
    const tensors = {
      'a.weight': tensor([[1, 2, 3], [4, 5, 6]]).T, scalar: tensor(3.5), none: zeros([0, 3]), double: tensor([0.1, -1e300], { dtype: 'float64' }),
      int: tensor([-2147483648, 7], { dtype: 'int32' }), uint: tensor([4294967295], { dtype: 'uint32' }), bool: tensor([true, false, true]), 'ключ "\\': ones([1]), '__proto__x': ones([1]),
    };
    const { tensors: back, metadata } = decodeSafetensors(await encodeSafetensors(tensors, { epoch: '5' }));
    expect(metadata).toEqual({ epoch: '5' });
    expect(new Set(await values(back))).toEqual(new Set(await values(tensors)));
    expect(decodeSafetensors(await encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  it('holds the values of the moment of the call', async () => {
    const x = tensor([1]);
    const bytes = encodeSafetensors({ x });
    x.assign(tensor([2]));
    expect(await decodeSafetensors(await bytes).tensors['x']!.toArray()).toEqual([1]);
  });

  it('rounds to the nearest float16, ties to even', () => {
    const x = Float32Array.of(0, -0, 1, 65504, 65519.99, 65520, -Infinity, 2 ** -24, 2 ** -25, 1023 * 2 ** -24, 1.00048828125, 1.00146484375, 0.1, NaN);
    // numpy.float16 of the same numbers.
    const bits = [0x0000, 0x8000, 0x3c00, 0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x0001, 0x0000, 0x03ff, 0x3c00, 0x3c02, 0x2e66, 0x7e00];
    const bytes = new Uint8Array(2 * x.length);
    write('F16', x, bytes, 0);
    expect(Array.from(new Uint16Array(bytes.buffer))).toEqual(bits);
    expect(Array.from(hostValues('F16', bytes, 'x'))).toEqual([0, -0, 1, 65504, 65504, Infinity, -Infinity, 2 ** -24, 0, 1023 * 2 ** -24, 1, 1.001953125, 0.0999755859375, NaN]);
  });

  it('refuses what the format cannot hold', async () => {
    await expect(encodeSafetensors({}, { epoch: 5 as never })).rejects.toThrow("encodeSafetensors: the metadata's epoch is of type number. The format holds strings only: JSON.stringify it.");
    await expect(encodeSafetensors({ __metadata__: ones([1]) })).rejects.toThrow('encodeSafetensors: a tensor is called __metadata__.');
  });
});

describe('decodeSafetensors', () => {
  it('reads what other programs write: narrow and wide integers, half floats, at odd places', async () => {
    const header = { u8: entry('U8', [2], 0, 2), i8: entry('I8', [1], 2, 3), i16: entry('I16', [1], 3, 5), u16: entry('U16', [1], 5, 7), i64: entry('I64', [2], 7, 23), bf: entry('BF16', [2], 23, 27), h: entry('F16', [1], 27, 29) };
    const data = [200, 255, 0x80, 0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0x80, 0x3f, 0x80, 0xff, 0x01, 0x7e];
    expect(await values(decodeSafetensors(file(header, data)).tensors)).toEqual([
      ['u8', 'int32', [2], [200, 255]], ['i8', 'int32', [1], [-128]], ['i16', 'int32', [1], [-1]], ['u16', 'int32', [1], [65535]],
      ['i64', 'int32', [2], [5, -2147483648]], ['bf', 'float32', [2], [1, -Infinity]], ['h', 'float32', [1], [NaN]],
    ]);
  });

  it('puts tensors on the device, and reads a window of a larger buffer', async () => {
    const device = reference();
    const bytes = await encodeSafetensors({ x: tensor([1, 2]) });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const { x } = decodeSafetensors(larger.subarray(3), { device }).tensors;
    expect(x!.device).toBe(device);
    expect(await x!.toArray()).toEqual([1, 2]);
  });

  const f32 = (start: number, end: number) => entry('F32', [(end - start) / 4], start, end);
  it.each([
    ['nothing', new Uint8Array(7), '7 bytes do not hold the length of a header'],
    ['a huge header', file('{}', [], 2n ** 64n - 1n), 'announce a header of 18446744073709552000 bytes'],
    ['a header cut off', file('{}', [], 50n), 'the file is truncated: a header of 50 bytes is announced, and 2 follow'],
    ['an empty header', file(''), 'the header does not begin with a brace'],
    ['HTML', file('<!doctype html>'), 'the header does not begin with a brace'],
    ['a header that is not JSON', file('{"a":'), 'the header is not JSON'],
    ['a header that is not UTF-8', file('{}  ').map((byte, i) => (i === 10 ? 0xff : byte)), 'the header is not JSON'],
    ['a tensor that is none', file({ a: null }), "the header's a is not an object"],
    ['no dtype', file({ a: { shape: [], data_offsets: [0, 4] } }), 'a has no dtype'],
    ['an unknown dtype', file({ a: entry('F8_E4M3', [1], 0, 1) }, [0]), 'a is of dtype F8_E4M3, which is not read here. Save it as one of BOOL,'],
    ['an inherited dtype', file({ a: entry('toString', [1], 0, 1) }, [0]), 'a is of dtype toString, which is not read here'],
    ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }), 'a has no shape of whole numbers'],
    ['a negative size', file({ a: entry('F32', [-1], 0, 4) }), 'a has no shape of whole numbers'],
    ['no offsets', file({ a: { dtype: 'F32', shape: [1] } }), 'a has no data_offsets of two whole numbers'],
    ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }), 'a has no data_offsets of two whole numbers'],
    ['offsets backwards', file({ a: entry('F32', [1], 8, 4) }, new Array(8).fill(0)), 'a takes the bytes 8 to 4, and F32 of shape [1] needs 4'],
    ['a shape that does not fit', file({ a: entry('F32', [2], 0, 4) }, [0, 0, 0, 0]), 'a takes the bytes 0 to 4, and F32 of shape [2] needs 8'],
    ['overlapping tensors', file({ a: f32(0, 8), b: f32(4, 12) }, new Array(12).fill(0)), 'b begins at byte 4 of the data, where byte 8 belongs to another tensor'],
    ['a gap', file({ a: f32(0, 4), b: f32(8, 12) }, new Array(12).fill(0)), 'b begins at byte 8 of the data, where byte 4 has to be covered'],
    ['data cut off', file({ a: f32(0, 8) }, [0, 0, 0, 0]), 'the file is truncated: 8 bytes of data are announced, and 4 follow'],
    ['data left over', file({ a: f32(0, 4) }, [0, 0, 0, 0, 9]), '1 bytes follow after the last tensor'],
    ['a name twice', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]), 'the header names a twice'],
    ['metadata that is not strings', file({ __metadata__: { a: 1 } }), '__metadata__ is not an object of strings'],
    ['an integer too wide', file({ a: entry('I64', [1], 0, 8) }, [0, 0, 0, 0x80, 0, 0, 0, 0]), 'a holds 2147483648. I64 is read as int32'],
  ])('refuses %s', (_, bytes, wrong) => {
    expect(() => decodeSafetensors(bytes)).toThrow(/^decodeSafetensors: /);
    expect(() => decodeSafetensors(bytes)).toThrow(wrong);
  });
});

describe('files', () => {
  it('are whole or not there, and keep a model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nn-safetensors-'));
    try {
      const path = join(folder, 'model.safetensors');
      const [from, to] = [new Sequential(new Linear(3, 2)), new Sequential(new Linear(3, 2))];
      await saveSafetensors(path, { other: zeros([1]) });
      await saveSafetensors(path, from.stateDict(), { format: 'pt' });
      const { tensors, metadata } = await loadSafetensors(path);
      to.loadStateDict(tensors);
      expect(metadata).toEqual({ format: 'pt' });
      expect(await values(to.stateDict())).toEqual(await values(from.stateDict()));
      expect(await readdir(folder)).toEqual(['model.safetensors']);

      await writeFile(path, 'short');
      await expect(loadSafetensors(path)).rejects.toThrow('decodeSafetensors: 5 bytes do not hold');
      await expect(loadSafetensors(join(folder, 'none'))).rejects.toThrow(`loadSafetensors: cannot read ${join(folder, 'none')} (ENOENT`);
      await expect(saveSafetensors(join(folder, 'no/such/folder'), {})).rejects.toThrow('saveSafetensors: cannot write');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
