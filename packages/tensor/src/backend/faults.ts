/** Bad values that only kernels see (a label out of range): noted on the device in one word, thrown at the next awaited read. */
import { message } from '../errors.ts';
import type { DType } from '../dtype.ts';
import { ScalarFunction, trace } from '../expr/function.ts';
import { RowFunction } from '../expr/rows.ts';
import { rewrite } from '../expr/scalar.ts';
import type { Shape } from '../shape.ts';
import type { Storage, View } from './interface.ts';
import type { Device } from './device.ts';

/** Codes are distinct texts; the list is bounded because guards are few and their texts fixed by shapes. */
const MOST_TEXTS = 1000;

/** From what `bad` reads and the word so far: the word, or the code if it is the first fault. */
function noting(bad: ScalarFunction): RowFunction {
  let f = known.get(bad);
  if (!f) {
    const [inputs, uniforms]: [DType[], DType[]] = [[...bad.inputs, 'int32'], [...bad.uniforms, 'int32']];
    const { roots } = trace(inputs, uniforms, (leaves, numbers, table) => {
      const [found] = rewrite(bad.roots, table, () => undefined);
      const [word, code] = [leaves.at(-1)!, numbers.at(-1)!];
      return [word.maskedFill(word.eq(0).logicalAnd(found!.rowMax().ne(0)), code)];
    });
    known.set(bad, (f = new RowFunction(new ScalarFunction(roots, inputs, uniforms), inputs.map((_, i) => i === bad.inputs.length))));
  }
  return f;
}
const known = new WeakMap<ScalarFunction, RowFunction>();

export class Faults {
  /** Notes go from one word to the other: a kernel must not write what it reads. */
  #word: Storage | undefined;
  #next: Storage | undefined;
  #pending = false;
  readonly #texts: string[] = [];
  readonly #device: Device;

  constructor(device: Device) { this.#device = device; }

  guard(bad: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, text: string): void {
    const device = this.#device;
    if (!device.synchronous) {
      this.#note(bad, inputs, uniforms, shape, text);
      return;
    }
    const found = device.backend.allocate('int32', 1);
    device.backend.reduce('max', bad, inputs, uniforms, shape, shape.map((_, axis) => axis), { storage: found, offset: 0 });
    try {
      if (device.readSync(found, 0, 1)[0] !== 0) throw new RangeError(text);
    } finally {
      device.backend.free(found);
    }
  }

  /** Throws the first fault noted since the last call. */
  async report(): Promise<void> {
    if (!this.#pending || !this.#word) return;
    this.#pending = false;
    const [code] = await this.#device.backend.read(this.#word, 0, 1);
    if (code === 0) return;
    this.#device.backend.write(this.#word, new Int32Array(1));
    throw new RangeError(this.#texts[code! - 1] ?? message('guard', 'a kernel met a bad value'));
  }

  #note(bad: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, text: string): void {
    const { backend } = this.#device;
    if (!this.#word) backend.write((this.#word = backend.allocate('int32', 1)), new Int32Array(1));
    this.#next ??= backend.allocate('int32', 1);
    let code = this.#texts.indexOf(text) + 1;
    if (code === 0) code = this.#texts.length < MOST_TEXTS ? this.#texts.push(text) : MOST_TEXTS;
    const word: View = { storage: this.#word, shape, strides: shape.map(() => 0), offset: 0, bounds: [] };
    this.#device.rows(noting(bad), [...inputs, word], [...uniforms, code], [{ storage: this.#next, offset: 0 }], shape, shape.map((_, axis) => axis));
    [this.#word, this.#next] = [this.#next, this.#word];
    this.#pending = true;
  }
}
