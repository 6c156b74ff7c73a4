/** Instructions as functions from operand code to code: `f32x4.add(a, b)`. Opcodes are those of the WebAssembly 2.0 specification and its SIMD, relaxed SIMD and atomics parts. */
import { type Code, type Local, signed, typeBytes, unsigned, type ValueType } from './assembler.ts';

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
/** `offset` is in bytes and at least 0. */
type Load = (address: Code, offset?: number) => Code;
type Store = (address: Code, value: Code, offset?: number) => Code;
type Lane = (a: Code, lane: number) => Code;
type Replace = (a: Code, lane: number, value: Code) => Code;
type Each<T, F> = { readonly [K in keyof T]: F };

const simd = (op: number): number[] => [0xfd, ...unsigned(op)];
const mapped = <T extends object, F>(table: T, make: (op: readonly number[]) => F, plain = false): Each<T, F> =>
  Object.fromEntries(Object.entries(table).map(([name, op]) => [name, make(plain ? [op as number] : simd(op as number))])) as Each<T, F>;
const unary = (op: readonly number[]): Unary => (a) => [a, ...op];
const binary = (op: readonly number[]): Binary => (a, b) => [a, b, ...op];
// Alignment hint 0: addresses need no alignment.
const load = (op: readonly number[]): Load => (address, offset = 0) => [address, ...op, 0, ...unsigned(offset)];
const store = (op: readonly number[]): Store => (address, value, offset = 0) => [address, value, ...op, 0, ...unsigned(offset)];
const extract = (op: readonly number[]): Lane => (a, lane) => [a, ...op, lane];
const replace = (op: readonly number[]): Replace => (a, lane, value) => [a, value, ...op, lane];

const float32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const float64 = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);

const i32Unary = { eqz: 0x45, wrap: 0xa7 } as const;
const i32Binary = {
  eq: 0x46, ne: 0x47, ltS: 0x48, ltU: 0x49, gtS: 0x4a, gtU: 0x4b, leS: 0x4c, leU: 0x4d, geS: 0x4e, geU: 0x4f,
  add: 0x6a, sub: 0x6b, mul: 0x6c, divS: 0x6d, divU: 0x6e, remS: 0x6f, remU: 0x70, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shrS: 0x75, shrU: 0x76,
} as const;
const i32Load = { load: 0x28, load8: 0x2d } as const;
const i32Store = { store: 0x36, store8: 0x3a } as const;
export const i32: Each<typeof i32Unary, Unary> & Each<typeof i32Binary, Binary> & Each<typeof i32Load, Load> & Each<typeof i32Store, Store> & { of(value: number): Code } = {
  ...mapped(i32Unary, unary, true), ...mapped(i32Binary, binary, true), ...mapped(i32Load, load, true), ...mapped(i32Store, store, true),
  of: (value) => [0x41, ...signed(value)],
};

const i64Unary = { extendS: 0xac, extendU: 0xad } as const;
const i64Binary = { ne: 0x52, ltS: 0x53, add: 0x7c, sub: 0x7d, mul: 0x7e, divS: 0x7f, divU: 0x80, remS: 0x81, remU: 0x82, xor: 0x85, shl: 0x86, shrU: 0x88 } as const;
const i64Load = { load: 0x29, load32: 0x35 } as const;
const i64Store = { store: 0x37 } as const;
export const i64: Each<typeof i64Unary, Unary> & Each<typeof i64Binary, Binary> & Each<typeof i64Load, Load> & Each<typeof i64Store, Store> & { of(value: number): Code; truncateF64: Unary } = {
  ...mapped(i64Unary, unary, true), ...mapped(i64Binary, binary, true), ...mapped(i64Load, load, true), ...mapped(i64Store, store, true),
  of: (value) => [0x42, ...signed(value)],
  truncateF64: unary([0xfc, 6]),
};

const floatUnary32 = { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91, fromI32S: 0xb2, fromI32U: 0xb3, demote: 0xb6 } as const;
const floatBinary32 = { eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60, add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 } as const;
const floatUnary64 = { abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, trunc: 0x9d, nearest: 0x9e, sqrt: 0x9f, fromI32S: 0xb7, fromI32U: 0xb8, promote: 0xbb } as const;
const floatBinary64 = { eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66, add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 } as const;
const floatLoad32 = { load: 0x2a } as const;
const floatStore32 = { store: 0x38 } as const;
const floatLoad64 = { load: 0x2b } as const;
const floatStore64 = { store: 0x39 } as const;
type Constant = { of(value: number): Code };
export const f32: Each<typeof floatUnary32, Unary> & Each<typeof floatBinary32, Binary> & Each<typeof floatLoad32, Load> & Each<typeof floatStore32, Store> & Constant = {
  ...mapped(floatUnary32, unary, true), ...mapped(floatBinary32, binary, true), ...mapped(floatLoad32, load, true), ...mapped(floatStore32, store, true),
  of: (value) => [0x43, float32(value)],
};
export const f64: Each<typeof floatUnary64, Unary> & Each<typeof floatBinary64, Binary> & Each<typeof floatLoad64, Load> & Each<typeof floatStore64, Store> & Constant = {
  ...mapped(floatUnary64, unary, true), ...mapped(floatBinary64, binary, true), ...mapped(floatLoad64, load, true), ...mapped(floatStore64, store, true),
  of: (value) => [0x44, float64(value)],
};

const v128Unary = { not: 0x4d, anyTrue: 0x53 } as const;
const v128Binary = { and: 0x4e, andNot: 0x4f, or: 0x50, xor: 0x51 } as const;
const v128Load = { load: 0x00, splat8: 0x07, splat32: 0x09, splat64: 0x0a, zero32: 0x5c } as const;
const v128Store = { store: 0x0b } as const;
export const v128: Each<typeof v128Unary, Unary> & Each<typeof v128Binary, Binary> & Each<typeof v128Load, Load> & Each<typeof v128Store, Store> & {
  /** `yes` where `mask` has ones, else `no`. */
  select(mask: Code, yes: Code, no: Code): Code;
  loadLane32(address: Code, vector: Code, lane: number): Code;
  storeLane8(address: Code, vector: Code, lane: number, offset?: number): Code;
  storeLane32(address: Code, vector: Code, lane: number, offset?: number): Code;
  storeLane64(address: Code, vector: Code, lane: number, offset?: number): Code;
} = {
  ...mapped(v128Unary, unary), ...mapped(v128Binary, binary), ...mapped(v128Load, load), ...mapped(v128Store, store),
  select: (mask, yes, no) => [yes, no, mask, ...simd(0x52)],
  loadLane32: (address, vector, lane) => [address, vector, ...simd(0x56), 0, 0, lane],
  storeLane8: (address, vector, lane, offset = 0) => [address, vector, ...simd(0x58), 0, ...unsigned(offset), lane],
  storeLane32: (address, vector, lane, offset = 0) => [address, vector, ...simd(0x5a), 0, ...unsigned(offset), lane],
  storeLane64: (address, vector, lane, offset = 0) => [address, vector, ...simd(0x5b), 0, ...unsigned(offset), lane],
};

const f32x4Unary = { splat: 0x13, ceil: 0x67, floor: 0x68, trunc: 0x69, nearest: 0x6a, abs: 0xe0, neg: 0xe1, sqrt: 0xe3, fromI32S: 0xfa, fromI32U: 0xfb, demote: 0x5e } as const;
const f32x4Binary = { eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9, pmin: 0xea, pmax: 0xeb } as const;
export const f32x4: Each<typeof f32x4Unary, Unary> & Each<typeof f32x4Binary, Binary> & { of(value: number): Code; extract: Lane; replace: Replace; relaxedMadd(a: Code, b: Code, c: Code): Code } = {
  ...mapped(f32x4Unary, unary), ...mapped(f32x4Binary, binary),
  of: (value) => [...simd(0x0c), float32(value, value, value, value)],
  extract: extract(simd(0x1f)), replace: replace(simd(0x20)),
  relaxedMadd: (a, b, c) => [a, b, c, ...simd(0x105)],
};

const i32x4Unary = { splat: 0x11, abs: 0xa0, neg: 0xa1, allTrue: 0xa3, truncateS: 0xf8, truncateU: 0xf9, widenLowU16: 0xa9 } as const;
const i32x4Binary = {
  eq: 0x37, ne: 0x38, ltS: 0x39, ltU: 0x3a, gtS: 0x3b, gtU: 0x3c, leS: 0x3d, leU: 0x3e, geS: 0x3f, geU: 0x40,
  shl: 0xab, shrS: 0xac, shrU: 0xad, add: 0xae, sub: 0xb1, mul: 0xb5, minS: 0xb6, minU: 0xb7, maxS: 0xb8, maxU: 0xb9,
} as const;
const zeros: Code = [...simd(0x0c), new Uint8Array(16)];
export const i32x4: Each<typeof i32x4Unary, Unary> & Each<typeof i32x4Binary, Binary> & {
  of(...lanes: number[]): Code; extract: Lane; replace: Replace;
  /** Lanes 0-3 are those of `a`, 4-7 those of `b`. */
  shuffle(a: Code, b: Code, lanes: readonly [number, number, number, number]): Code;
  /** The low byte of every lane, as the first four bytes. */
  narrowToBytes: Unary;
  /** The first four bytes, each as a lane. */
  widenBytes: Unary;
} = {
  ...mapped(i32x4Unary, unary), ...mapped(i32x4Binary, binary),
  of: (...lanes) => [...simd(0x0c), new Uint8Array(Int32Array.from({ length: 4 }, (_, i) => lanes[lanes.length === 1 ? 0 : i]!).buffer)],
  extract: extract(simd(0x1b)), replace: replace(simd(0x1c)),
  shuffle: (a, b, lanes) => [a, b, ...simd(0x0d), ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])],
  narrowToBytes: (a) => [a, zeros, ...simd(0x0d), 0, 4, 8, 12, new Uint8Array(12).fill(16)],
  widenBytes: (a) => [a, ...simd(0x89), ...simd(0xa9)],
};

const f64x2Unary = { splat: 0x14, abs: 0xec, neg: 0xed, sqrt: 0xef, ceil: 0x74, floor: 0x75, trunc: 0x7a, nearest: 0x94, promoteLow: 0x5f, fromLowI32S: 0xfe } as const;
const f64x2Binary = { eq: 0x47, ne: 0x48, lt: 0x49, gt: 0x4a, le: 0x4b, ge: 0x4c, add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3, min: 0xf4, max: 0xf5, pmin: 0xf6, pmax: 0xf7 } as const;
export const f64x2: Each<typeof f64x2Unary, Unary> & Each<typeof f64x2Binary, Binary> & Constant = {
  ...mapped(f64x2Unary, unary), ...mapped(f64x2Binary, binary),
  of: (value) => [...simd(0x0c), float64(value, value)],
};

/** `extmul`: the full products of the lower or upper two unsigned 32-bit lanes. */
const i64x2Binary = { shl: 0xcb, shrS: 0xcc, shrU: 0xcd, add: 0xce, sub: 0xd1, extmulLow: 0xde, extmulHigh: 0xdf } as const;
export const i64x2: Each<typeof i64x2Binary, Binary> = mapped(i64x2Binary, binary);

/** `a` if `condition` is not 0, else `b`; both are computed. */
export const choose = (type: ValueType, condition: Code, a: Code, b: Code): Code =>
  type === 'v128' ? [a, b, condition, 0x1c, 1, 0x7b] : [a, b, condition, 0x1b];

/** The smaller of two int32. */
export const smaller = (a: Code, b: Code): Code => choose('i32', i32.ltS(a, b), a, b);
/** The larger of two int32. */
export const larger = (a: Code, b: Code): Code => choose('i32', i32.gtS(a, b), a, b);

export const branch = (depth: number): Code => [0x0c, depth];
export const branchIf = (depth: number, condition: Code): Code => [condition, 0x0d, depth];
export const block = (...body: Code[]): Code => [0x02, 0x40, ...body, 0x0b];
/** Runs once, and again whenever the body branches to it (depth 0). */
export const loop = (...body: Code[]): Code => [0x03, 0x40, ...body, 0x0b];
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [condition, 0x04, 0x40, then, ...(otherwise ? [0x05, otherwise] : []), 0x0b];
/** A value computed by only one of two branches. */
export const either = (type: ValueType, condition: Code, then: Code, otherwise: Code): Code => [condition, 0x04, typeBytes[type], then, 0x05, otherwise, 0x0b];
export const leave: Code = [0x0f];
/** Copies `bytes` bytes. */
export const copy = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 10, 0, 0];
/** Sets `bytes` bytes to 0. */
export const clear = (at: Code, bytes: Code): Code => [at, i32.of(0), bytes, 0xfc, 11, 0];

/** `variable += step` */
export const advance = (variable: Local, step: Code | number): Code => variable.set(i32.add(variable.get, typeof step === 'number' ? i32.of(step) : step));
/** For `i` from `start` while below `end` (read again each time), `step` apart. `body` may not branch to depth 0. */
export const count = (i: Local, start: Code, end: Code, step: Code | number, ...body: Code[]): Code => [
  i.set(start),
  block(branchIf(0, i32.geS(i.get, end)), loop(...body, advance(i, step), branchIf(0, i32.ltS(i.get, end)))),
];
