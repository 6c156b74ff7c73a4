/** How a reduction puts two values together. */
import type { DType, Reduction, Shape } from '@nn/tensor/backend';
import { types } from './dialect.ts';
import { THREADS } from './kernel.ts';

/** Results that are too few to keep a device busy with a thread each. */
export const FEW = 64;
/** Threads of a workgroup where there are few results of long runs. */
const MANY_THREADS = 256;

export interface Combine {
  /** Changes nothing. */
  readonly start: string;
  readonly step: (a: string, b: string) => string;
}

export function combine(kind: Reduction, dtype: DType): Combine {
  const infix = (start: string, symbol: string): Combine => ({ start, step: (a, b) => `${a} ${symbol} ${b}` });
  const call = (start: string, name: string): Combine => ({ start, step: (a, b) => `${name}(${a}, ${b})` });
  if (dtype === 'bool') return kind === 'sum' || kind === 'max' ? infix('false', '|') : infix('true', '&');
  const type = types[dtype]!;
  switch (kind) {
    case 'sum': return infix(`${type}(0)`, '+');
    case 'prod': return infix(`${type}(1)`, '*');
    case 'max': return type === 'f32' ? call('-inf_f32()', 'max_f32') : call(dtype === 'int32' ? 'i32(-2147483648)' : '0u', 'max');
    case 'min': return type === 'f32' ? call('inf_f32()', 'min_f32') : call(dtype === 'int32' ? '2147483647i' : '4294967295u', 'min');
  }
}

/** How the threads of a workgroup share out results and their runs: `lanes` threads a result, `width` results, adjacent threads along the run or across results. */
export interface Share {
  readonly lanes: number;
  readonly width: number;
  readonly along: boolean;
}

/** Neighbouring threads read neighbouring elements: along the run where it holds the innermost axis, across results where it does not. */
export function shareOf(shape: Shape, axes: readonly number[], results: number, run: number): Share {
  const inner = shape.map((size) => size > 1).lastIndexOf(true);
  const along = axes.includes(inner) || results === 1;
  const most = powerOfTwo(run / 4);
  if (along) {
    const threads = results <= 4 * FEW && run >= 4 * MANY_THREADS ? MANY_THREADS : THREADS;
    const lanes = Math.min(threads, most);
    return { lanes, width: threads / lanes, along };
  }
  const threads = results <= 16 * FEW && run >= FEW ? MANY_THREADS : THREADS;
  const across = Math.min(32, 2 * powerOfTwo(shape[inner]! - 1));
  const lanes = Math.min(threads / Math.min(threads, across), most);
  return { lanes, width: threads / lanes, along };
}

/** The largest power of two up to `x`, at least 1. */
const powerOfTwo = (x: number): number => 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, x))));

/** Which result of the workgroup a thread works on, and as which of its lanes: `row` and `lane`. */
export const shareText = ({ lanes, width, along }: Share): string[] =>
  along ? [`let row = local / ${lanes}u;`, `let lane = local % ${lanes}u;`] : [`let row = local % ${width}u;`, `let lane = local / ${width}u;`];

/** Statements after which the first lane of each result has all of it in `part[local]`; `type` names a workgroup array `part`, one element a thread. */
export function treeText({ lanes, width, along }: Share, part: string, value: string, step: Combine['step']): string[] {
  const next = along ? 'local + half' : `local + half * ${width}u`;
  return [
    `${part}[local] = ${value};`,
    `for (var half = ${lanes / 2}u; half > 0u; half >>= 1u) {`,
    '  workgroupBarrier();',
    `  if (lane < half) { ${part}[local] = ${step(`${part}[local]`, `${part}[${next}]`)}; }`,
    '}',
  ];
}
