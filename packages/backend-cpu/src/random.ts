/** `randomUniform`: Philox 4x32-10 with the same words as `philox` of the contract, in integer arithmetic of 64 bits. */
import { bytesOf, type Target } from '@nn/tensor/backend';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { PARAMETERS } from './memory.ts';
import type { Pool } from './pool.ts';
import { addressOf } from './walk.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, choose, count, f32, i32, i64, when } from './wasm/instructions.ts';

/** Numbers of a chunk: a multiple of 4. */
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
    this.#kernel ??= this.#compiler.compile((_, frame, parameters, chunk) => uniforms(frame, parameters, chunk));
    const at = PARAMETERS >> 2;
    const high = Math.floor(counter / 2 ** 32);
    this.#heap.ints.set([addressOf(storage) + offset * bytesOf(storage.dtype), length, CHUNK, key[0], counter, high, key[1]], at);
    this.#pool.run(this.#kernel, Math.ceil(length / CHUNK));
  }
}

/** Four numbers a block, each the upper 24 bits of a word. */
function uniforms(frame: Frame, parameters: Local, chunk: Local): Code {
  const words = ['i64', 'i64', 'i64', 'i64'].map(() => frame.local('i64')) as [Local, Local, Local, Local];
  const [c0, c1, c2, c3] = words;
  const [counter, first, second] = [frame.local('i64'), frame.local('i64'), frame.local('i64')];
  const { i, end, output, turn, key0, key1 } = frame.ints('i', 'end', 'output', 'turn', 'key0', 'key1');
  const low = (x: Code): Code => i64.extendU(i32.wrap(x));
  const high = (x: Code): Code => i64.shrU(x, i64.of(32));
  const word = (n: number): Code => i64.extendU(i32.of(n));
  const round: Code = [
    first.set(i64.mul(word(0xd2511f53), c0.get)), second.set(i64.mul(word(0xcd9e8d57), c2.get)),
    c0.set(i64.xor(i64.xor(high(second.get), c1.get), i64.extendU(key0.get))), c1.set(low(second.get)),
    c2.set(i64.xor(i64.xor(high(first.get), c3.get), i64.extendU(key1.get))), c3.set(low(first.get)),
    advance(key0, i32.of(0x9e3779b9)), advance(key1, i32.of(0xbb67ae85)),
  ];
  const number = (c: Local): Code => f32.mul(f32.fromI32U(i32.shrU(i32.wrap(c.get), i32.of(8))), f32.of(2 ** -24));
  return [
    i.set(i32.mul(chunk.get, i32.load(parameters.get, AT.chunk))),
    end.set(i32.add(i.get, i32.load(parameters.get, AT.chunk))),
    end.set(choose('i32', i32.ltS(end.get, i32.load(parameters.get, AT.length)), end.get, i32.load(parameters.get, AT.length))),
    counter.set(i64.add(i64.load(parameters.get, AT.counter), i64.extendU(i32.shrU(i.get, i32.of(2))))),
    output.set(i32.add(i32.load(parameters.get, AT.output), i32.shl(i.get, i32.of(2)))),
    count(i, i.get, end.get, 4,
      c0.set(low(counter.get)), c1.set(high(counter.get)), c2.set(i64.of(0)), c3.set(i64.of(0)),
      key0.set(i32.load(parameters.get, AT.key0)), key1.set(i32.load(parameters.get, AT.key1)),
      count(turn, i32.of(0), i32.of(10), 1, round),
      words.map((c, lane) => when(i32.ltS(i32.add(i.get, i32.of(lane)), end.get), f32.store(output.get, number(c), 4 * lane))),
      counter.set(i64.add(counter.get, i64.of(1))), advance(output, 16)),
  ];
}
