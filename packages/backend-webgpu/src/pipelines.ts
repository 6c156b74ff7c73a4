/** Compiled kernels by what they compute, their shared layouts, and bind groups by the arenas they bind. All caches are bounded. */
import type { Arena } from './arena.ts';
import type { Failures } from './failures.ts';
import type { Kernel } from './kernel.ts';
import { PARAMS } from './recorder.ts';

export interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Bytes bound of the ring of parameters. */
  readonly params: number;
}

const MOST_FAMILIES = 1000;
const MOST_VARIANTS = 64;
const MOST_GROUPS = 256;
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
  readonly #layouts = new Map<number, { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout }>();
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

  /** The kernel of `family` (what is computed) and `variant` (on which kind of layouts); `facts` go into its error. */
  kernel(family: string, variant: string, build: () => Kernel, facts: () => string): Compiled {
    let variants = this.#families.get(family);
    if (!variants) this.#families.set(family, (variants = new Bounded(MOST_VARIANTS)));
    let compiled = variants.get(variant);
    if (!compiled) variants.set(variant, (compiled = this.#compile(build(), facts())));
    return compiled;
  }

  /** Does not depend on tensors, only on the few arenas that they lie in. */
  group({ layout, params }: Compiled, arenas: readonly Arena[]): GPUBindGroup {
    let key = `${params}`;
    for (const { id } of arenas) key += ` ${id}`;
    let group = this.#groups.get(key);
    if (!group) {
      const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: { buffer: this.#ring, size: params } }];
      for (const [i, { gpu }] of arenas.entries()) entries.push({ binding: i + 1, resource: { buffer: gpu } });
      group = this.#failures.watch({ operation: 'webgpu' }, () => this.#device.createBindGroup({ layout, entries }));
      this.#groups.set(key, group);
      this.bindGroups++;
    }
    return group;
  }

  /** Forgets the groups of an arena whose buffer is gone. */
  forget(id: number): void {
    for (const key of this.#groups.keys()) if (key.split(' ').slice(1).includes(`${id}`)) this.#groups.delete(key);
  }

  #compile(kernel: Kernel, facts: string): Compiled {
    this.#onKernel?.(kernel);
    this.kernels++;
    const params = kernel.vectors * 16 <= PARAMS[0] ? PARAMS[0] : PARAMS[1];
    const { group, pipeline: layout } = this.#layout(kernel.arenas);
    const pipeline = this.#failures.watch({ operation: kernel.operation, wgsl: kernel.wgsl, facts }, () => {
      const module = this.#device.createShaderModule({ label: kernel.operation, code: kernel.wgsl });
      return this.#device.createComputePipeline({ label: kernel.operation, layout, compute: { module, entryPoint: 'main' } });
    });
    return { pipeline, layout: group, params };
  }

  #layout(arenas: number): { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout } {
    let layout = this.#layouts.get(arenas);
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = [{ binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }];
      for (let i = 0; i < arenas; i++) entries.push({ binding: i + 1, visibility: COMPUTE, buffer: { type: 'storage' } });
      const group = this.#device.createBindGroupLayout({ entries });
      this.#layouts.set(arenas, (layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }) }));
    }
    return layout;
  }
}
