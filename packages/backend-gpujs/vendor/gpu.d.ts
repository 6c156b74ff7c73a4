/** What this package uses of gpu.js. */
export interface Texture {
  toArray(): Float32Array;
  /** Lets go of this handle; the texture itself dies with its last one. */
  delete(): void;
}

export interface KernelRun {
  (...args: readonly unknown[]): Float32Array | Texture | readonly (readonly Float32Array[])[];
  /** The kernel behind: another one after gpu.js fell back to plain JavaScript. Its mode is `webasm`, `cpu`, or `gpu` for all of WebGL. */
  readonly kernel: { readonly constructor: { readonly mode: string }; readonly context: unknown; readonly fallbackReason?: string | null };
  destroy(): void;
}

export interface KernelSettings {
  readonly output: readonly number[];
  readonly functions?: readonly { readonly source: string; readonly settings: { readonly argumentTypes: readonly string[]; readonly returnType: string } }[];
  readonly pipeline?: boolean;
  readonly immutable?: boolean;
  readonly optimizeFloatMemory?: boolean;
  readonly precision?: 'single' | 'unsigned';
  /** `precision`: highp everywhere; the default lets phones compute in 16 bits. */
  readonly tactic?: 'speed' | 'balanced' | 'precision';
}

export interface Gpu {
  readonly context: WebGLRenderingContext | WebGL2RenderingContext | null;
  createKernel(source: string, settings: KernelSettings): KernelRun;
  destroy(): Promise<void>;
}

export const version: string;

/** Runs the bundle and returns its class `GPU`. `host('gl')` is asked for headless-gl; it may throw or return undefined. */
export default function load(host: (name: 'gl') => unknown): new (settings: { readonly mode: string }) => Gpu;
