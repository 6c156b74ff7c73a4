/** Compiled kernels by what they compute, their shared layouts, and bind groups by what they bind. All caches are bounded. */
import type { Failures } from './failures.ts';
import type { Kernel } from './kernel.ts';
import type { PooledBuffer } from './storage.ts';

export interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly access: string;
  readonly paramBytes: number;
}

const MOST_FAMILIES = 1000;
const MOST_VARIANTS = 64;
const MOST_GROUPS = 4096;
const COMPUTE = 0x4;

/** A map that forgets what was put in first when it grows beyond `most`. */
class Bounded<Key, Value> extends Map<Key, Value> {
  readonly #most: number;
  constructor(most: number) {
    super();
    this.#most = most;
  }
  override set(key: Key, value: Value): this {
    if (this.size >= this.#most) this.delete(this.keys().next().value!);
    return super.set(key, value);
  }
}

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #ring: GPUBuffer;
  readonly #families = new Bounded<string, Bounded<string, Compiled>>(MOST_FAMILIES);
  readonly #layouts = new Map<string, { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout }>();
  readonly #groups = new Bounded<string, GPUBindGroup>(MOST_GROUPS);
  readonly #onKernel: ((kernel: Kernel) => void) | undefined;
  /** How many of each were made. */
  kernels = 0;
  bindGroups = 0;

  constructor(device: GPUDevice, failures: Failures, ring: GPUBuffer, onKernel: ((kernel: Kernel) => void) | undefined) {
    this.#device = device;
    this.#failures = failures;
    this.#ring = ring;
    this.#onKernel = onKernel;
  }

  /** The kernel of `family` (what is computed) and `variant` (on which kind of layouts). */
  kernel(family: string, variant: string, build: () => Kernel): Compiled {
    let variants = this.#families.get(family);
    if (!variants) this.#families.set(family, (variants = new Bounded(MOST_VARIANTS)));
    let compiled = variants.get(variant);
    if (!compiled) variants.set(variant, (compiled = this.#compile(build())));
    return compiled;
  }

  group({ access, layout, paramBytes }: Compiled, buffers: readonly PooledBuffer[]): GPUBindGroup {
    let key = `${paramBytes}${access}`;
    for (const { id } of buffers) key += ` ${id}`;
    let group = this.#groups.get(key);
    if (!group) {
      const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: { buffer: this.#ring, size: paramBytes } }];
      for (const [i, { gpu }] of buffers.entries()) entries.push({ binding: i + 1, resource: { buffer: gpu } });
      this.#groups.set(key, (group = this.#device.createBindGroup({ layout, entries })));
      this.bindGroups++;
    }
    return group;
  }

  #compile(kernel: Kernel): Compiled {
    this.#onKernel?.(kernel);
    this.kernels++;
    const { group, pipeline: layout } = this.#layout(kernel.access);
    const pipeline = this.#failures.watch({ operation: kernel.operation, wgsl: kernel.wgsl }, () => {
      const module = this.#device.createShaderModule({ label: kernel.operation, code: kernel.wgsl });
      return this.#device.createComputePipeline({ label: kernel.operation, layout, compute: { module, entryPoint: 'main' } });
    });
    return { pipeline, layout: group, access: kernel.access, paramBytes: Math.ceil(kernel.vectors / 16) * 256 };
  }

  #layout(access: string): { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout } {
    let layout = this.#layouts.get(access);
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = [{ binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }];
      for (const [i, kind] of access.split('').entries()) {
        entries.push({ binding: i + 1, visibility: COMPUTE, buffer: { type: kind === 'w' ? 'storage' : 'read-only-storage' } });
      }
      const group = this.#device.createBindGroupLayout({ entries });
      this.#layouts.set(access, (layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }) }));
    }
    return layout;
  }
}
