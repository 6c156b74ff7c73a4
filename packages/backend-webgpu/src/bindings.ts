/** Which storages a kernel binds: each once, however many views read it, and for writing as well where it is an output. */
import type { Storage, Target, View } from '@nn/tensor/backend';
import { isContiguous, sizeOf } from '@nn/tensor/backend';
import { stored } from './dialect.ts';
import type { GpuStorage } from './storage.ts';

export class Bindings {
  readonly storages: GpuStorage[] = [];
  /** Positions in `storages`. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];

  constructor(inputs: readonly View[], outputs: readonly Target[]) {
    this.inputs = inputs.map(({ storage }) => this.#place(storage));
    this.outputs = outputs.map(({ storage }) => this.#place(storage));
  }

  /** `r` or `w` for each storage; kernels of equal access share a layout. */
  get access(): string { return this.storages.map((_, i) => (this.outputs.includes(i) ? 'w' : 'r')).join(''); }

  /** What of the bindings shapes the text of a kernel. */
  get signature(): string { return `${this.inputs.join()}>${this.outputs.join()}:${this.storages.map(({ dtype }) => dtype[0]).join('')}`; }

  get declarations(): string[] {
    const { access } = this;
    return this.storages.map(({ dtype }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access[i] === 'w' ? 'read_write' : 'read'}> s${i}: array<${stored(dtype)}>;`);
  }

  #place(storage: Storage): number {
    const at = this.storages.indexOf(storage as GpuStorage);
    return at >= 0 ? at : this.storages.push(storage as GpuStorage) - 1;
  }
}

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
