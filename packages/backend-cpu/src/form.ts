/** The two ways to compute: four 32-bit lanes at a time, or, where float64 is involved, one element at a time. */
import { bytesOf, type Dialect, type DType, type Op } from '@nn/tensor/backend';
import { type Leaves, vectorDialect } from './dialect.ts';
import type { Cursor, Reader } from './loop.ts';
import { scalarDialect, scalarType } from './scalar.ts';
import type { Access } from './walk.ts';
import type { Code, Frame, FunctionRef, Local, ModuleBuilder, ValueType } from './wasm/assembler.ts';
import { either, f32, f64, i32, i32x4, v128, when } from './wasm/instructions.ts';
import { integerFunction } from './wasm/integer.ts';
import { Vector } from './wasm/vector.ts';

/** A bound: where it stands, and its size. */
export interface Bounded { readonly value: Cursor; readonly size: Code }
/** A value that is set once, before the loop. */
export interface Named { readonly start: Code; readonly value: Code }

export interface Form {
  /** Elements at a time. */
  readonly width: 1 | 4;
  type(dtype: DType): ValueType;
  dialect(leaves: Leaves): Dialect<Code>;
  /** The run-time number at `offset` of the parameters. */
  uniform(dtype: DType, params: Local, offset: number): Named;
  index(cursor: Cursor): Named & Reader;
  reader(access: Access, address: Cursor, bounds: readonly Bounded[]): Reader;
  /** Writes `width` elements, or `part` of them. */
  store(dtype: DType, target: Local, value: Local, part?: Local): Code;
  /** Writes as many pairs: of each the first from one value, the second from the other. */
  storePairs(dtype: DType, target: Local, first: Local, second: Local, part?: Local): Code;
  /** What must stand before the loop, known when all else is written. */
  prologue(): Code;
}

/** Functions of the module for integer operations, each added when first used. */
function integers(module: ModuleBuilder): (op: Op, dtype: DType) => FunctionRef {
  const made = new Map<string, FunctionRef>();
  return (op, dtype) => {
    const key = `${op} ${dtype}`;
    let found = made.get(key);
    if (!found) made.set(key, (found = integerFunction(module, op, dtype)));
    return found;
  };
}

/** Four lanes; `fused` as in the compiler. */
export function vectorForm(module: ModuleBuilder, frame: Frame, fused: boolean): Form {
  const v = new Vector(module, frame, fused);
  const ramp = (cursor: Cursor): { start: Code; get: Code } => {
    const local = frame.local('v128');
    return { start: local.set(i32x4.mul(i32x4.splat(cursor.step.get), i32x4.of(0, 1, 2, 3))), get: local.get };
  };
  return {
    width: 4,
    type: () => 'v128',
    dialect: (leaves) => vectorDialect(v, leaves, integers(module)),
    uniform(_, params, offset) {
      const local = frame.local('v128');
      return { start: local.set(v128.splat32(params.get, offset)), value: local.get };
    },
    index(cursor) {
      const lanes = ramp(cursor);
      const value = i32x4.add(i32x4.splat(cursor.here.get), lanes.get);
      return { start: lanes.start, value, read: value };
    },
    reader: (access, address, bounds) => (bounds.length > 0 ? boundedVector(v, access, address, bounds, ramp) : plainVector(v, access, address)),
    store: storeVector,
    storePairs(dtype, target, first, second, part) {
      const [behind, front, back] = [frame.local('i32'), frame.local('v128'), frame.local('v128')];
      const elements = part && frame.local('i32');
      return [
        front.set(i32x4.shuffle(first.get, second.get, [0, 4, 1, 5])), back.set(i32x4.shuffle(first.get, second.get, [2, 6, 3, 7])),
        elements ? elements.set(i32.shl(part.get, i32.of(1))) : [], storeVector(dtype, target, front, elements),
        elements ? elements.set(i32.sub(elements.get, i32.of(4))) : [], behind.set(i32.add(target.get, i32.of(4 * bytesOf(dtype)))), storeVector(dtype, behind, back, elements),
      ];
    },
    prologue: () => v.prologue,
  };
}

/** Four elements, `address` telling where each lies. */
function gathered(v: Vector, dtype: DType, address: (lane: number) => Code): Code {
  if (dtype === 'bool') return i32x4.ne([0, 1, 2, 3].reduce<Code>((sum, lane) => i32x4.replace(sum, lane, i32.load8(address(lane))), v.i(0)), v.i(0));
  return [1, 2, 3].reduce<Code>((sum, lane) => v128.loadLane32(address(lane), sum, lane), v128.zero32(address(0)));
}

const neighbours = (v: Vector, dtype: DType, address: Code): Code =>
  (dtype === 'bool' ? i32x4.ne(i32x4.widenBytes(v128.zero32(address)), v.i(0)) : v128.load(address));

function plainVector(v: Vector, { dtype, reach }: Access, { here, step }: Cursor): Reader {
  if (reach === 'unit') return { read: neighbours(v, dtype, here.get) };
  if (reach === 'same') {
    const value = v.frame.local('v128');
    const load = dtype === 'bool' ? i32x4.ne(i32x4.splat(i32.load8(here.get)), v.i(0)) : v128.splat32(here.get);
    return { row: value.set(load), read: value.get };
  }
  // Lanes past the row's end read its last element again.
  const offsets = [1, 2, 3].map(() => v.frame.local('i32'));
  const times = (n: number): Code => i32.mul(step.get, i32.of(n));
  const [one, two, three] = offsets as [Local, Local, Local];
  return {
    row: offsets.map((offset, i) => offset.set(times(i + 1))),
    each: (part) => (part ? [
      one.set(i32.mul(step.get, i32.gtS(part.get, i32.of(1)))),
      two.set(i32.add(one.get, i32.mul(step.get, i32.gtS(part.get, i32.of(2))))),
      three.set(two.get),
    ] : []),
    read: gathered(v, dtype, (lane) => (lane === 0 ? here.get : i32.add(here.get, offsets[lane - 1]!.get))),
  };
}

/** Lanes outside of a bound, or past the row's end, read address 0 and become 0. */
function boundedVector(v: Vector, { dtype, reach }: Access, address: Cursor, bounds: readonly Bounded[], ramp: (cursor: Cursor) => { start: Code; get: Code }): Reader {
  const [mask, places, value] = [v.frame.local('v128'), v.frame.local('v128'), v.frame.local('v128')];
  const lanes = ramp(address);
  const tests = bounds.map(({ value: cursor, size }) => ({ ...ramp(cursor), cursor, size }));
  const inside = (part?: Local): Code => [
    ...tests.map(({ get, cursor, size }) => i32x4.ltU(i32x4.add(i32x4.splat(cursor.here.get), get), i32x4.splat(size))),
    ...(part ? [i32x4.ltS(v.lanes, i32x4.splat(part.get))] : []),
  ].reduce((all, test) => v128.and(all, test));
  const apart: Code = [
    places.set(v128.and(i32x4.add(i32x4.splat(address.here.get), lanes.get), mask.get)),
    value.set(v128.and(gathered(v, dtype, (lane) => i32x4.extract(places.get, lane)), mask.get)),
  ];
  const together = value.set(neighbours(v, dtype, address.here.get));
  return {
    start: [lanes.start, ...tests.map(({ start }) => start)],
    each: (part) => [mask.set(inside(part)), reach === 'unit' ? when(i32x4.allTrue(mask.get), together, apart) : apart],
    read: value.get,
  };
}

/** Writes four elements, or `part` of them: of three or more as many as there are, of none or less none. */
function storeVector(dtype: DType, target: Local, value: Local, part?: Local): Code {
  const byBytes = dtype === 'bool';
  const whole = byBytes ? v128.storeLane32(target.get, value.get, 0) : v128.store(target.get, value.get);
  const lanes = (each: Local): Code => [0, 1, 2].map((lane) => when(i32.gtS(each.get, i32.of(lane)),
    byBytes ? v128.storeLane8(target.get, value.get, lane, lane) : v128.storeLane32(target.get, value.get, lane, 4 * lane)));
  return [byBytes ? value.set(i32x4.narrowToBytes(v128.and(value.get, i32x4.of(1)))) : [], part ? when(i32.geS(part.get, i32.of(4)), whole, lanes(part)) : whole];
}

const scalarLoad: { readonly [D in DType]?: (address: Code) => Code } = { float64: f64.load, float32: f32.load, bool: i32.load8 };
const zero: { readonly [T in ValueType]?: Code } = { f64: f64.of(0), f32: f32.of(0), i32: i32.of(0) };

function storeScalar(dtype: DType, target: Local, value: Local, offset = 0): Code {
  switch (dtype) {
    case 'float64': return f64.store(target.get, value.get, offset);
    case 'float32': return f32.store(target.get, value.get, offset);
    case 'bool': return i32.store8(target.get, value.get, offset);
    default: return i32.store(target.get, value.get, offset);
  }
}

/** One element at a time. */
export function scalarForm(module: ModuleBuilder, frame: Frame): Form {
  const load = (dtype: DType, address: Code): Code => (scalarLoad[dtype] ?? i32.load)(address);
  return {
    width: 1,
    type: scalarType,
    dialect: (leaves) => scalarDialect(module, frame, leaves, integers(module)),
    uniform(dtype, params, offset) {
      const local = frame.local(scalarType(dtype));
      const number = dtype === 'float64' ? f64.load(params.get, offset) : dtype === 'float32' ? f32.load(params.get, offset) : i32.load(params.get, offset);
      return { start: local.set(dtype === 'bool' ? i32.and(number, i32.of(1)) : number), value: local.get };
    },
    index: ({ here }) => ({ start: [], value: here.get, read: here.get }),
    reader({ dtype }, { here }, bounds) {
      const inside = bounds.map(({ value, size }) => i32.ltU(value.here.get, size));
      if (inside.length === 0) return { read: load(dtype, here.get) };
      const type = scalarType(dtype);
      return { read: either(type, inside.reduce((a, b) => i32.and(a, b)), load(dtype, here.get), zero[type]!) };
    },
    store: (dtype, target, value) => storeScalar(dtype, target, value),
    storePairs: (dtype, target, first, second) => [storeScalar(dtype, target, first), storeScalar(dtype, target, second, bytesOf(dtype))],
    prologue: () => [],
  };
}
