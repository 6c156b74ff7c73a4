/** `randomUniform`: Philox 4x32-10 with the same words as `philox` of the contract, four blocks at a time. */
import { bytesOf, type Target } from '@nn/tensor/backend';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { Pool } from './pool.ts';
import { addressOf } from './walk.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, choose, copy, count, f32x4, i32, i32x4, i64, i64x2, smaller, v128, when } from './wasm/instructions.ts';

/** Numbers of a chunk: a multiple of 16. */
const CHUNK = 16384;

/** Parameters in bytes. */
const AT = { output: 0, length: 4, chunk: 8, key0: 12, counter: 16, key1: 24 } as const;

export class Random {
  readonly #compiler: Compiler;
  readonly #heap: Heap;
  readonly #pool: Pool;
  #kernel: Kernel | undefined;

  constructor(compiler: Compiler, heap: Heap, pool: Pool) {
    this.#compiler = compiler;
    this.#heap = heap;
    this.#pool = pool;
  }

  uniform(key: readonly [number, number], counter: number, length: number, { storage, offset }: Target): void {
    this.#kernel ??= this.#compiler.compile((_, frame, ...locals) => uniforms(frame, ...locals));
    const at = this.#pool.parameters >> 2;
    const high = Math.floor(counter / 2 ** 32);
    this.#heap.ints.set([addressOf(storage) + offset * bytesOf(storage.dtype), length, CHUNK, key[0], counter, high, key[1]], at);
    this.#pool.run(this.#kernel, Math.ceil(length / CHUNK));
  }
}

/** Four blocks at a time, one in each lane, turned to rows of numbers at the end: each the upper 24 bits of a word. */
function uniforms(frame: Frame, parameters: Local, chunk: Local, scratch: Local): Code {
  const vector = (): Local => frame.local('v128');
  const [c0, c1, c2, c3, high0, high1, low0, low1] = [vector(), vector(), vector(), vector(), vector(), vector(), vector(), vector()];
  const [even, odd, first, key0, key1] = [vector(), vector(), vector(), vector(), vector()];
  const [factor0, factor1, weyl0, weyl1] = [vector(), vector(), vector(), vector()];
  const counter = frame.local('i64');
  const { i, end, to, at, turn } = frame.ints('i', 'end', 'to', 'at', 'turn');
  const parameter = (offset: number): Code => i32.load(parameters.get, offset);
  /** Upper and lower words of the products of `x` with a constant. */
  const multiply = (x: Local, factor: Local, high: Local, low: Local): Code => [
    even.set(i64x2.extmulLow(x.get, factor.get)), odd.set(i64x2.extmulHigh(x.get, factor.get)),
    high.set(i32x4.shuffle(even.get, odd.get, [1, 3, 5, 7])), low.set(i32x4.shuffle(even.get, odd.get, [0, 2, 4, 6])),
  ];
  const round: Code = [
    multiply(c0, factor0, high0, low0), multiply(c2, factor1, high1, low1),
    c0.set(v128.xor(v128.xor(high1.get, c1.get), key0.get)), c1.set(low1.get),
    c2.set(v128.xor(v128.xor(high0.get, c3.get), key1.get)), c3.set(low0.get),
    key0.set(i32x4.add(key0.get, weyl0.get)), key1.set(i32x4.add(key1.get, weyl1.get)),
  ];
  const number = (word: Code): Code => f32x4.mul(f32x4.fromI32U(i32x4.shrU(word, i32.of(8))), f32x4.of(2 ** -24));
  const pairs = (a: Local, b: Local, order: 'low' | 'high'): Code => i32x4.shuffle(a.get, b.get, order === 'low' ? [0, 4, 1, 5] : [2, 6, 3, 7]);
  const turned: Code = [
    low0.set(pairs(c0, c1, 'low')), low1.set(pairs(c2, c3, 'low')), high0.set(pairs(c0, c1, 'high')), high1.set(pairs(c2, c3, 'high')),
    v128.store(at.get, number(i32x4.shuffle(low0.get, low1.get, [0, 1, 4, 5]))), v128.store(at.get, number(i32x4.shuffle(low0.get, low1.get, [2, 3, 6, 7])), 16),
    v128.store(at.get, number(i32x4.shuffle(high0.get, high1.get, [0, 1, 4, 5])), 32), v128.store(at.get, number(i32x4.shuffle(high0.get, high1.get, [2, 3, 6, 7])), 48),
  ];
  return [
    factor0.set(i32x4.of(0xd2511f53)), factor1.set(i32x4.of(0xcd9e8d57)), weyl0.set(i32x4.of(0x9e3779b9)), weyl1.set(i32x4.of(0xbb67ae85)),
    i.set(i32.mul(chunk.get, parameter(AT.chunk))),
    end.set(smaller(i32.add(i.get, parameter(AT.chunk)), parameter(AT.length))),
    counter.set(i64.add(i64.load(parameters.get, AT.counter), i64.extendU(i32.shrU(i.get, i32.of(2))))),
    to.set(i32.add(parameter(AT.output), i32.shl(i.get, i32.of(2)))),
    count(i, i.get, end.get, 16,
      first.set(i32x4.splat(i32.wrap(counter.get))),
      c0.set(i32x4.add(first.get, i32x4.of(0, 1, 2, 3))),
      // A lane whose lower word has wrapped carries one.
      c1.set(i32x4.sub(i32x4.splat(i32.wrap(i64.shrU(counter.get, i64.of(32)))), i32x4.ltU(c0.get, first.get))),
      c2.set(i32x4.of(0)), c3.set(i32x4.of(0)),
      key0.set(v128.splat32(parameters.get, AT.key0)), key1.set(v128.splat32(parameters.get, AT.key1)),
      count(turn, i32.of(0), i32.of(10), 1, round),
      at.set(choose('i32', i32.gtS(i32.add(i.get, i32.of(16)), end.get), scratch.get, to.get)),
      turned,
      when(i32.ne(at.get, to.get), copy(to.get, at.get, i32.shl(i32.sub(end.get, i.get), i32.of(2)))),
      counter.set(i64.add(counter.get, i64.of(4))), advance(to, 64)),
  ];
}
