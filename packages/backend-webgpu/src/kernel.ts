import type { Grain } from './access.ts';
import type { Bindings } from './bindings.ts';
import { functionsIn } from './functions.ts';
import type { Slots } from './params.ts';

/** A compute shader before it is compiled. */
export interface Kernel {
  /** The verb, for messages. */
  readonly operation: string;
  readonly wgsl: string;
  /** How many arenas it binds. */
  readonly arenas: number;
  /** Length of the array of parameters. */
  readonly vectors: number;
}

/** Threads of a workgroup that each do one element. */
export const THREADS = 64;

export interface Parts {
  readonly operation: string;
  readonly bindings: Bindings;
  readonly slots: Pick<Slots, 'vectors'>;
  readonly grain?: Grain;
  /** Language extensions, such as `subgroups`. */
  readonly enable?: readonly string[];
  /** Workgroup variables and functions. */
  readonly globals?: readonly string[];
  readonly threads?: number;
  /** Arguments of `main` beside `workgroup` and `local`. */
  readonly builtins?: readonly string[];
  /** Statements of `main`, which knows `group`, the number of the workgroup, and `local`, that of the thread in it. */
  readonly main: readonly string[];
}

/** The whole module text. Call it last: it asks `slots` how many were taken. */
export function assemble({ operation, bindings, slots, grain = 'words', enable = [], globals = [], threads = THREADS, builtins = [], main }: Parts): Kernel {
  const code = [
    ...globals,
    `@compute @workgroup_size(${threads})`,
    `fn main(${['@builtin(workgroup_id) workgroup: vec3<u32>', '@builtin(local_invocation_index) local: u32', ...builtins].join(', ')}) {`,
    '  let group = workgroup.x + workgroup.y * p[0].x;',
    ...main.map((line) => `  ${line}`),
    '}',
  ].join('\n');
  const units = bindings.arenas.map(({ kind }) => (kind === 'halves' ? 'f16' : 'u32'));
  const wgsl = [
    ...[...(units.includes('f16') ? ['f16'] : []), ...enable].map((name) => `enable ${name};`),
    `// ${operation}`,
    `@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${slots.vectors}>;`,
    ...units.map((unit, i) => `@group(0) @binding(${i + 1}) var<storage, read_write> m${i}: array<${grain === 'words' ? unit : `vec4<${unit}>`}>;`),
    functionsIn(code),
    code,
  ].join('\n');
  return { operation, wgsl, arenas: units.length, vectors: slots.vectors };
}

/** For kernels with a thread an element: the element's number `i`, and an end to threads past the last. */
export const elementText: readonly string[] = [`let i = group * ${THREADS}u + local;`, 'if (i >= p[0].y) { return; }'];
