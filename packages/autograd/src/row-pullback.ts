/** Running a function of rows backwards: again one kernel of rows, or a plain one where what rows came to was kept and nothing new is summed. */
import type { Shape, Tensor } from '@nn/tensor';
import { derive, filtered, isRow, leavesOf, mapped, part, type Part, reducedShape, repeatedAxes, RowFunction, run, sameShape } from '@nn/tensor/trace';
import { ordered } from '@nn/tensor/backend';
import { seedings } from './pullback.ts';
import type { Kept, Recorded } from './rule.ts';
import { type Which, which, whichOf } from './which.ts';

/** The gradients of some inputs. */
interface Kernel extends Part {
  /** Where it is one of rows. */
  readonly rows: RowFunction | undefined;
}

export interface RowPullback extends Kept {
  /** Those of the wanted inputs at which a gradient arrives at all. */
  readonly reached: readonly number[];
  kernel(positions: readonly number[]): Kernel;
}

const prepared = new WeakMap<RowFunction, Map<Which, Map<Which, RowPullback>>>();

export function rowPullbackOf(f: RowFunction, wanted: readonly boolean[], gradients?: readonly (Tensor | undefined)[]): RowPullback {
  const present = mapped(f.outputs.roots, (_, i) => !gradients || gradients[i] !== undefined);
  let byPresence = prepared.get(f);
  if (!byPresence) prepared.set(f, (byPresence = new Map()));
  const [given, key] = [which(present), which(wanted)];
  let forms = byPresence.get(given);
  if (!forms) byPresence.set(given, (forms = new Map()));
  let pullback = forms.get(key);
  if (!pullback) forms.set(key, (pullback = prepare(f, wanted, present)));
  return pullback;
}

function prepare(f: RowFunction, wanted: readonly boolean[], present: readonly boolean[]): RowPullback {
  const positions = wanted.flatMap((want, i) => (want ? [i] : []));
  const { inputs, roots } = derive(f.source, positions, seedings.only(present).seed(f.source), f.perRow);
  const perRow = [...f.perRow, ...f.rowOutputs, ...f.rowOutputs];
  const rootOf = (position: number) => roots[positions.indexOf(position)];
  const read = new Set(leavesOf(roots.filter((root) => root !== undefined), 'input'));
  const kernels = new Map<Which, Kernel>();
  return {
    inputs: f.inputs.map((_, i) => read.has(i)),
    outputs: f.rowOutputs.map((_, i) => read.has(f.inputs.length + i)),
    reached: positions.filter((position) => rootOf(position) !== undefined),
    kernel(group) {
      const key = whichOf(group);
      let kernel = kernels.get(key);
      if (!kernel) {
        const cut = part(group.map((position) => rootOf(position)!), inputs, f.uniforms);
        const rows = ordered(cut.function.roots).some(isRow) ? new RowFunction(cut.function, cut.inputs.map((i) => perRow[i]!)) : undefined;
        kernels.set(key, (kernel = { ...cut, rows }));
      }
      return kernel;
    },
  };
}

/** One gradient per input. Inputs of the whole shape share a kernel, each other has its own. */
export function pullRows(
  pullback: RowPullback, { attributes: { function: f, uniforms, shape, axes }, shapes, wanted, input, output }: Recorded<'rows'>, seeds: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const [first, last] = [shapes.length, shapes.length + f.outputs.roots.length];
  const operand = (i: number): Tensor => (i < first ? input(i) : i < last ? output(i - first) : seeds[i - last]!);
  const compute = (kernel: Kernel, over: Shape): Tensor[] => {
    const tensors = mapped(kernel.inputs, operand);
    const numbers = mapped(kernel.uniforms, (i) => uniforms[i]!);
    if (kernel.rows) return run('rows', tensors, { function: kernel.rows, uniforms: numbers, shape, axes });
    const { roots } = kernel.function;
    if (roots.every((root) => root.op === 'input')) return mapped(roots, (root) => tensors[root.value]!);
    return run('map', mapped(tensors, (tensor, k) => (k === 0 ? tensor.expand(over) : tensor)), { function: kernel.function, uniforms: numbers });
  };
  const gradients: (Tensor | undefined)[] = mapped(wanted, () => undefined);
  const whole = filtered(pullback.reached, (i) => !f.perRow[i] && sameShape(shapes[i]!, shape));
  if (whole.length > 0) compute(pullback.kernel(whole), shape).forEach((gradient, k) => { gradients[whole[k]!] = gradient.expand(shape); });
  const rowShape = reducedShape(shape, axes, true);
  for (const i of pullback.reached) {
    if (whole.includes(i)) continue;
    const kernel = pullback.kernel([i]);
    const made = f.perRow[i] ? rowShape : shape;
    const over = repeatedAxes(shapes[i]!, made);
    if (over.length > 0 && !kernel.rows) {
      const tensors = mapped(kernel.inputs, (position, k) => (k === 0 ? operand(position).expand(made) : operand(position)));
      gradients[i] = run('reduce', tensors, { kind: 'sum', function: kernel.function, uniforms: mapped(kernel.uniforms, (k) => uniforms[k]!), axes: over })[0]!.reshape(...shapes[i]!);
    } else {
      const gradient = compute(kernel, made)[0]!.expand(made);
      gradients[i] = over.length > 0 ? gradient.sum(over).reshape(...shapes[i]!) : gradient;
    }
  }
  return gradients;
}
