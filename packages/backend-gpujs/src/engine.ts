/** gpu.js itself: which of its engines runs, and kernels compiled by it. Nothing here falls back to another engine unasked. */
import { fail, type Limits } from '@nn/tensor/backend';
import type { Gpu, KernelRun, Texture } from '../vendor/gpu.js';
import { helpersOf } from './functions.ts';
import { EXACT } from './space.ts';
import type { Target } from './single.ts';

/** `webgl2`, `webgl` and `headlessgl` (the package `gl`) run on a graphics card; `webasm` is WebAssembly with SIMD, `cpu` plain JavaScript. */
export type Mode = 'webgl2' | 'webgl' | 'headlessgl' | 'webasm' | 'cpu';
export const modes: readonly Mode[] = ['webgl2', 'webgl', 'headlessgl', 'webasm', 'cpu'];

/** What kernels read and write: a host array, or a texture's handle. */
export type Value = Float32Array | Texture;

/** Where a page can have WebGL, nothing else is chosen: a page without a graphics card has to ask for `webasm`. */
export function defaultOrder(scope: object = globalThis): readonly Mode[] {
  return 'WebGLRenderingContext' in scope || 'WebGL2RenderingContext' in scope ? ['webgl2', 'webgl'] : ['webasm', 'cpu'];
}

export class Engine {
  readonly mode: Mode;
  readonly target: Target;
  readonly version: string;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, mode: Mode, version: string) {
    this.#gpu = gpu;
    this.mode = mode;
    this.version = version;
    this.target = mode === 'webasm' || mode === 'cpu' ? 'host' : 'shader';
    const probe = this.compile('function (x) { return x[this.thread.x] * 2; }', 2);
    const [, four] = hostValues(probe.call([new Float32Array([1, 2])]));
    if (four !== 4) fail('gpujs', `mode ${mode} computed 2 * 2 = ${four}`, 'Ask for another mode.');
    probe.retire();
  }

  /** `output`: the number of threads, or columns and rows of them, whose kernel then returns several numbers each. */
  compile(text: string, output: number | readonly [number, number]): Kernel {
    const onCard = this.target === 'shader';
    return new Kernel(this.#gpu.createKernel(text, {
      output: typeof output === 'number' ? [output] : output, functions: helpersOf(text, this.target), immutable: true, precision: 'single', ...(onCard ? { pipeline: true, optimizeFloatMemory: true, tactic: 'precision' } : {}),
    }), this.mode, text);
  }

  /** What the graphics card, or its absence, allows. */
  room(): Pick<Limits, 'inputs' | 'bindings' | 'uniforms' | 'nonFinite' | 'tolerance'> & { readonly elements: number } {
    const gl = this.#gpu.context;
    if (this.target === 'host' || !gl) return { inputs: Infinity, bindings: Infinity, uniforms: Infinity, nonFinite: true, tolerance: 1e-6, elements: EXACT };
    const units = gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) as number;
    const vectors = gl.getParameter(gl.MAX_FRAGMENT_UNIFORM_VECTORS) as number;
    const side = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    // Four numbers a texel; unit 15 is what gpu.js makes textures on. Every input takes uniforms of its own: sampler, sizes, offset.
    const inputs = Math.min(units, 16) - 1;
    return { inputs, bindings: inputs + 1, uniforms: Math.min(256, Math.max(4, vectors - 8 * inputs)), nonFinite: false, tolerance: 1e-5, elements: Math.min(EXACT, 4 * side * side) };
  }

  /** One line: version, mode, and what answers behind it. */
  describe(): string {
    const about: { readonly [M in Mode]?: string } = { webasm: 'WebAssembly, one thread', cpu: 'JavaScript, one thread' };
    return `gpu.js ${this.version}, ${this.mode} (${about[this.mode] ?? this.#renderer()})`;
  }

  async destroy(): Promise<void> { await this.#gpu.destroy(); }

  #renderer(): string {
    const gl = this.#gpu.context;
    const unmasked = gl?.getExtension('WEBGL_debug_renderer_info');
    return gl ? String(gl.getParameter(unmasked ? unmasked.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : 'no context';
  }
}

/** A compiled kernel. Textures die with the kernel that made them, so it goes only when the last of its results is gone. */
export class Kernel {
  readonly #run: KernelRun;
  readonly #mode: Mode;
  readonly #text: string;
  #answered = false;
  #results = 0;
  #retired = false;

  constructor(run: KernelRun, mode: Mode, text: string) {
    this.#run = run;
    this.#mode = mode;
    this.#text = text;
  }

  call(args: readonly (Value | number)[]): Value {
    const made = this.#run(...args) as Value | Float32Array[][];
    if (!this.#answered) this.#check();
    // Threads in rows: arrays of arrays of views into one.
    const result = Array.isArray(made) ? joined(made) : made;
    if (!(result instanceof Float32Array)) {
      this.#results++;
      makers.set(result, this);
    }
    return result;
  }

  /** No more calls will come. */
  retire(): void {
    this.#retired = true;
    if (this.#results === 0) this.#run.destroy();
  }

  /** One of its textures is no longer needed. */
  release(texture: Texture): void {
    texture.delete();
    this.#results--;
    if (this.#retired && this.#results === 0) this.#run.destroy();
  }

  /** gpu.js answers with plain JavaScript where an engine refuses a kernel, and only logs it. */
  #check(): void {
    const { constructor: { mode }, context, fallbackReason } = this.#run.kernel;
    const version2 = 'WebGL2RenderingContext' in globalThis && context instanceof WebGL2RenderingContext;
    const answers = mode !== 'gpu' ? mode : version2 ? 'webgl2' : this.#mode === 'headlessgl' ? 'headlessgl' : 'webgl';
    if (answers !== this.#mode) fail('gpujs', `mode ${this.#mode} was asked for, ${answers} answered${fallbackReason ? ` (${fallbackReason})` : ''}: ${this.#text}`, 'Ask for another mode.');
    this.#answered = true;
  }
}

const makers = new WeakMap<Texture, Kernel>();

/** Lets go of a value: arrays are garbage, textures have to be told. */
export function release(value: Value): void {
  if (!(value instanceof Float32Array)) makers.get(value)?.release(value);
}

/** The numbers of a value, waiting for the graphics card. */
export const hostValues = (value: Value): Float32Array => (value instanceof Float32Array ? value : value.toArray());

/** The numbers of threads in rows, several each. WebAssembly gives views into one array, JavaScript an array each. */
function joined(threads: readonly (readonly Float32Array[])[]): Float32Array {
  const [rows, columns] = [threads.length, threads[0]!.length];
  const { buffer, length } = threads[0]![0]!;
  if (buffer.byteLength > 4 * length) return new Float32Array(buffer);
  const all = new Float32Array(rows * columns * length);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++, at += length) all.set(threads[i]![j]!, at);
  return all;
}
