/** Overwriting many tensors by the same function, as an optimizer does with its parameters: put off, and done as one kernel. */
import type { Device } from './backend/device.ts';
import type { MapCall, Storage } from './backend/interface.ts';
import type { ScalarFunction } from './expr/function.ts';
import { type Allocation, handle } from './handle.ts';
import type { Tensor } from './tensor.ts';

/**
 * What was put off. The storages that it names are held until then. There is one, which is used again (see scope.ts for why); its maps are not, since a map that is
 * cleared leads on from its old table, with all that was in it, to the new one: where the old one has been promoted, every later one would survive young collections.
 */
class Pending {
  #calls = new Map<Device, Map<ScalarFunction, MapCall[]>>();
  readonly #held: Allocation[] = [];
  #read = new Set<Storage>();
  #written = new Set<Storage>();

  get empty(): boolean { return this.#held.length === 0; }

  /** Whether `call` has to see what was put off, or would change what it has yet to read. */
  meets({ inputs, outputs }: MapCall): boolean {
    return inputs.some(({ storage }) => this.#written.has(storage)) || outputs.some(({ storage }) => this.#read.has(storage) || this.#written.has(storage));
  }

  add(device: Device, f: ScalarFunction, call: MapCall, tensors: readonly Tensor[]): void {
    let functions = this.#calls.get(device);
    if (!functions) this.#calls.set(device, (functions = new Map()));
    const calls = functions.get(f);
    if (calls) calls.push(call);
    else functions.set(f, [call]);
    for (const tensor of tensors) this.#held.push(tensor[handle].allocation.retain());
    for (const { storage } of call.inputs) this.#read.add(storage);
    for (const { storage } of call.outputs) this.#written.add(storage);
  }

  run(): void {
    const [all, held] = [this.#calls, this.#held.splice(0)];
    this.#calls = new Map();
    this.#read = new Set();
    this.#written = new Set();
    for (const [device, functions] of all) for (const [f, calls] of functions) device.mapEach(f, calls);
    for (const allocation of held) allocation.release();
  }
}

const pending = new Pending();
let gathering = false;

/** Runs `body`; what it overwrites is written at its end, each function in one kernel where the device can, or when something else is computed. */
export function together<T>(body: () => T): T {
  if (gathering) return body();
  gathering = true;
  try {
    return body();
  } finally {
    gathering = false;
    writeNow();
  }
}

/** Overwrites now, or puts it off where that is wanted and `tensors`, whose storages are used, are told. */
export function write(device: Device, f: ScalarFunction, call: MapCall, tensors: readonly Tensor[] | undefined): void {
  if (!pending.empty && (!tensors || pending.meets(call))) writeNow();
  if (gathering && tensors) pending.add(device, f, call, tensors);
  else device.map(f, call.inputs, call.uniforms, call.outputs, call.shape);
}

/** Does what was put off. */
export function writeNow(): void {
  if (!pending.empty) pending.run();
}
