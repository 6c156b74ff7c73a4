/** Bad values that only kernels see (a label out of range): noted on the device in one word, thrown at the next awaited read. */
import { message } from '../errors.ts';
import { type ScalarFunction, trace } from '../expr/function.ts';
import { contiguous } from '../layout.ts';
import type { Shape } from '../shape.ts';
import type { Storage, View } from './interface.ts';
import type { Device } from './device.ts';

/** Codes are distinct texts; the list is bounded because guards are few and their texts fixed by shapes. */
const MOST_TEXTS = 1000;

/** word = word, or the code of the first fault. */
const noteFault = trace(['int32', 'int32'], ['int32'], ([word, bad], [code]) => [word!.maskedFill(word!.eq(0).logicalAnd(bad!.ne(0)), code!)]);

export class Faults {
  #word: Storage | undefined;
  #pending = false;
  readonly #texts: string[] = [];
  readonly #device: Device;

  constructor(device: Device) { this.#device = device; }

  guard(bad: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, text: string): void {
    const device = this.#device;
    const found = device.backend.allocate('int32', 1);
    device.backend.reduce('max', bad, inputs, uniforms, shape, shape.map((_, axis) => axis), { storage: found, offset: 0 });
    try {
      if (device.synchronous) {
        if (device.readSync(found, 0, 1)[0] !== 0) throw new RangeError(text);
      } else this.#note(found, text);
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

  #note(found: Storage, text: string): void {
    const { backend } = this.#device;
    if (!this.#word) backend.write((this.#word = backend.allocate('int32', 1)), new Int32Array(1));
    let code = this.#texts.indexOf(text) + 1;
    if (code === 0) code = this.#texts.length < MOST_TEXTS ? this.#texts.push(text) : MOST_TEXTS;
    const one = (storage: Storage): View => ({ storage, ...contiguous([]) });
    backend.map(noteFault, [one(this.#word), one(found)], [code], [{ storage: this.#word, offset: 0 }], []);
    this.#pending = true;
  }
}
