/** What a kernel binds: each arena once, for reading and writing, however many views and targets lie in it. */
import type { DType, Storage, Target, View } from '@nn/tensor/backend';
import { isContiguous, sizeOf } from '@nn/tensor/backend';
import type { Arena } from './arena.ts';
import { elementBytes, type GpuStorage } from './storage.ts';

/** Where an operand lies, as the text of a kernel needs it: the number of its binding, and how its elements are spelled. */
export interface Place {
  readonly arena: number;
  readonly dtype: DType;
}

/** The operands of one dispatch, all of which have their blocks. */
export class Bindings {
  readonly arenas: Arena[] = [];
  readonly storages: GpuStorage[];
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];

  constructor(inputs: readonly Storage[], outputs: readonly Storage[]) {
    this.storages = [...inputs, ...outputs] as GpuStorage[];
    this.inputs = inputs.map((storage) => this.#place(storage));
    this.outputs = outputs.map((storage) => this.#place(storage));
  }

  /** What of the bindings shapes the text of a kernel. */
  get signature(): string {
    const spell = (places: readonly Place[]) => places.map(({ arena, dtype }) => `${letters[dtype]}${arena || ''}`).join('');
    return `${this.arenas.length}:${spell(this.inputs)}>${spell(this.outputs)}`;
  }

  /** These, for a kernel that works on all of `others` in turn: they lie in the same arenas. */
  joined(others: readonly Bindings[]): this {
    for (const other of others) if (other !== this) this.storages.push(...other.storages);
    return this;
  }

  #place(storage: Storage): Place {
    const { arena } = (storage as GpuStorage).block!;
    let at = this.arenas.indexOf(arena);
    if (at < 0) at = this.arenas.push(arena) - 1;
    return { arena: at, dtype: storage.dtype };
  }
}

const letters: { readonly [D in DType]: string } = { bool: 'b', uint32: 'u', int32: 'i', float16: 'h', float32: 'f', float64: 'd' };

/** The number of the first element of `storage`, counting elements of its size from the start of its arena. */
export const baseOf = (storage: Storage): number => (storage as GpuStorage).block!.offset / elementBytes(storage.dtype);

/** Whether a kernel that writes `size` elements to `target` would change what `view` has yet to read. */
export function clobbers({ storage, offset }: Target, size: number, view: View, inPlace: boolean): boolean {
  if (storage !== view.storage || sizeOf(view.shape) === 0) return false;
  if (inPlace && view.offset === offset && isContiguous(view)) return false;
  let first = view.offset;
  let last = view.offset;
  for (const [axis, stride] of view.strides.entries()) {
    const reach = stride * (view.shape[axis]! - 1);
    if (reach < 0) first += reach;
    else last += reach;
  }
  return first < offset + size && last >= offset;
}
