/** The kernels of a sweep over time, made of a formula: from one time's gates to the state after and what is kept, and the backward of that. */
import type { DType, Scalar } from '@nn/tensor';
import { derive, leavesOf, part, type Part, type ScalarFunction, trace } from '@nn/tensor/trace';
import type { Formula } from './formulas.ts';

/**
 * What an operand is, and the how many-th of its kind: a gate's share of the inputs or of the state, a part of the state before or after, how long sequences are, a kept value;
 * the gradient of the outputs, what comes from the next time by each gate's product, and what comes of a part of the state beside products.
 */
export type Operand = readonly [kind: 'input' | 'product' | 'before' | 'length' | 'after' | 'kept' | 'output' | 'later' | 'beside', which: number];

export interface Kernel extends Part { readonly operands: readonly Operand[] }

export interface Kernels {
  /** To the state after, and `kept` values. */
  readonly forward: Kernel;
  readonly kept: number;
  /** To the state after. */
  readonly alone: Kernel;
  /** To the gradients of the gates' shares of the inputs (only where they are apart) and of the state, and of the parts of the state before in `beside`. */
  readonly backward: Kernel;
  /** The parts of the state that are read beside products. */
  readonly beside: readonly number[];
  /** A product and its bias. */
  readonly sum: ScalarFunction;
}

const made = new WeakMap<Formula, Map<string, Kernels>>();

/** @param ragged whether sequences have lengths, from which on their states stay as they are */
export function kernelsOf(formula: Formula, dtype: DType, ragged: boolean): Kernels {
  let own = made.get(formula);
  if (!own) made.set(formula, (own = new Map()));
  const key = `${dtype} ${ragged}`;
  let kernels = own.get(key);
  if (!kernels) own.set(key, (kernels = make(formula, dtype, ragged)));
  return kernels;
}

const several = (kind: Operand[0], count: number): Operand[] => Array.from({ length: count }, (_, which) => [kind, which]);

function make({ gates, parts, reads, apart, next }: Formula, dtype: DType, ragged: boolean): Kernels {
  const given = [...several('input', gates), ...several('product', gates), ...several('before', parts), ...several('length', Number(ragged))];
  const f = trace(given.map(([kind]) => (kind === 'length' ? 'int32' : dtype)), ragged ? ['int32'] : [], (leaves, [time]) => {
    const [inputs, products, before, [length]] = (['input', 'product', 'before', 'length'] as const).map((kind) => leaves.filter((_, i) => given[i]![0] === kind)) as [Scalar[], Scalar[], Scalar[], Scalar[]];
    const { state, kept } = next(apart ? [...inputs, ...products] : inputs.map((x, i) => x.add(products[i]!)), reads.map((which) => before[which]!));
    return [...(length ? state.map((value, which) => value.where(time!.lt(length), before[which]!)) : state), ...kept];
  });
  const results = [...several('after', parts), ...several('kept', f.roots.length - parts)];
  const read = new Set(leavesOf(f.roots, 'input'));
  const beside = given.flatMap(([kind, which], i) => (kind === 'before' && read.has(i) ? [which] : []));
  const arriving: Operand[] = [['output', 0], ...several('later', gates), ...beside.map((which): Operand => ['beside', which])];
  const wanted = given.flatMap(([kind, which], i) => ((kind === 'input' && apart) || kind === 'product' || (kind === 'before' && beside.includes(which)) ? [i] : []));
  const { inputs, roots } = derive(f, wanted, {
    inputs: arriving.map(() => dtype),
    // Outputs and products are of the first part of the state.
    gradients: (leaves) => results.map(([kind, part]) => leaves.filter((_, i) => kind === 'after' && part === (arriving[i]![0] === 'beside' ? arriving[i]![1] : 0)).reduce<Scalar | undefined>((sum, g) => sum?.add(g) ?? g, undefined)),
  });
  const backward = part(roots.map((root) => root!), inputs, f.uniforms);
  // What it reads of the gates' shares, which are gone by then, is kept as well.
  const shares = backward.inputs.filter((i) => i < 2 * gates);
  const all = [...given.map((operand, i): Operand => (shares.includes(i) ? ['kept', f.roots.length - parts + shares.indexOf(i)] : operand)), ...results, ...arriving];
  const kernel = (own: Part, of: readonly Operand[]): Kernel => ({ ...own, operands: own.inputs.map((i) => of[i]!) });
  return {
    forward: kernel(part([...f.roots, ...shares.map((i) => f.table.leaf('input', i, dtype))], f.inputs, f.uniforms), given), kept: f.roots.length - parts + shares.length,
    alone: kernel(part(f.roots.slice(0, parts), f.inputs, f.uniforms), given),
    backward: kernel(backward, all), beside,
    sum: trace([dtype, dtype], [], ([product, bias]) => [product!.add(bias!)]),
  };
}
