/** Running a scalar function backwards over tensors: one kernel for all inputs of full shape, one reduction for each that was broadcast. */
import type { DType, Scalar, Shape, Tensor } from '@nn/tensor';
import { type Reduction, rewrite, ScalarFunction, Table } from '@nn/tensor/backend';
import { derive, filtered, leavesOf, mapped, part, type Part, repeatedAxes, run, sameShape, type Seed } from '@nn/tensor/trace';
import { type Which, which, whichOf } from './which.ts';

/** A further reduction of the same function that a reduction's gradient needs. */
interface Count {
  readonly kind: Reduction;
  /** Whether it reads the reduction's output too. */
  readonly output: boolean;
  of(f: ScalarFunction): ScalarFunction;
}

/** How gradients enter, and what they are made of. */
export interface Seeding {
  readonly key: string;
  readonly counts: readonly Count[];
  seed(f: ScalarFunction): Seed;
}

/** `f`'s single root v (and the reduction's output y, given next to the inputs), seen through another function. */
const counting = (kind: Reduction, output: boolean, see: (v: Scalar, y: Scalar) => Scalar): Count => {
  const made = new WeakMap<ScalarFunction, ScalarFunction>();
  return {
    kind, output,
    of(f) {
      let g = made.get(f);
      if (!g) {
        const table = new Table();
        const [v] = rewrite(f.roots, table, () => undefined);
        const y = table.leaf('input', f.inputs.length, v!.dtype);
        made.set(f, (g = new ScalarFunction([see(v!, y)], output ? [...f.inputs, v!.dtype] : f.inputs, f.uniforms)));
      }
      return g;
    },
  };
};

/** Elements that are the best share the gradient, as PyTorch's amax and amin do. */
const best: Seeding = {
  key: 'best',
  counts: [counting('sum', true, (v, y) => v.constant(1).where(v.eq(y), 0))],
  seed: (f) => ({ inputs: twice(f), reduced: true, gradients: ([g, ties], [y], [v]) => [g!.div(ties!).where(v!.eq(y!), g!.constant(0))] }),
};
const twice = (f: ScalarFunction): DType[] => [f.outputs[0]!, f.outputs[0]!];

const sum: Seeding = { key: 'sum', counts: [], seed: (f) => ({ inputs: f.outputs, reduced: true, gradients: (given) => given }) };

/** d(prod)/dv is the product of the others: by division where no element is 0, directly for a single 0, else 0. At zeros second derivatives are left out. */
const prod: Seeding = {
  key: 'prod',
  counts: [counting('prod', false, (v) => v.maskedFill(v.eq(0), 1)), counting('sum', false, (v) => v.constant(1).where(v.eq(0), 0))],
  seed: (f) => ({
    inputs: [...twice(f), f.outputs[0]!], reduced: true,
    gradients: ([g, others, zeros], _, [v]) => {
      const flow = g!.mul(others!);
      const none = g!.constant(0);
      const nonzero = v!.maskedFill(v!.eq(0), 1);
      return [flow.where(zeros!.eq(1), none).where(v!.eq(0), flow.div(nonzero).where(zeros!.eq(0), none))];
    },
  }),
};

const given: Seeding = { key: 'given', counts: [], seed: (f) => ({ inputs: f.outputs, gradients: (all) => all }) };
/** Only some outputs got a gradient. */
const only = (present: readonly boolean[]): Seeding =>
  present.every(Boolean) ? given : {
    key: present.join(), counts: [],
    seed: (f) => ({ inputs: f.outputs, gradients: (all) => mapped(all, (g, i) => (present[i] ? g : undefined)) }),
  };

export const seedings = { given, only, sum, prod, max: best, min: best } as const;

/** A prepared backward of a function for some of its inputs. */
export interface Pullback {
  /** Which inputs and outputs it reads. */
  readonly inputs: readonly boolean[];
  readonly outputs: readonly boolean[];
  readonly wanted: readonly boolean[];
  /** The gradients of the inputs at these positions as one kernel; undefined where none arrives. */
  part(positions: readonly number[]): Part | undefined;
  /** Those of the wanted inputs at which a gradient arrives at all. */
  readonly reached: readonly number[];
}

const prepared = new WeakMap<ScalarFunction, Map<string, Map<Which, Pullback>>>();

export function pullbackOf(f: ScalarFunction, wanted: readonly boolean[], seeding: Seeding): Pullback {
  let seeded = prepared.get(f);
  if (!seeded) prepared.set(f, (seeded = new Map()));
  let forms = seeded.get(seeding.key);
  if (!forms) seeded.set(seeding.key, (forms = new Map()));
  const key = which(wanted);
  let pullback = forms.get(key);
  if (!pullback) forms.set(key, (pullback = prepare(f, wanted, seeding)));
  return pullback;
}

function prepare(f: ScalarFunction, wanted: readonly boolean[], seeding: Seeding): Pullback {
  const positions = wanted.flatMap((want, i) => (want ? [i] : []));
  const { inputs, roots } = derive(f, positions, seeding.seed(f));
  const rootOf = (position: number) => roots[positions.indexOf(position)];
  const read = new Set(leavesOf(roots.filter((root) => root !== undefined), 'input'));
  const parts = new Map<Which, Part | undefined>();
  return {
    wanted,
    inputs: f.inputs.map((_, i) => read.has(i)),
    outputs: f.roots.map((_, i) => read.has(f.inputs.length + i)),
    reached: positions.filter((position) => rootOf(position) !== undefined),
    part(group) {
      const key = whichOf(group);
      if (!parts.has(key)) parts.set(key, part(group.map((position) => rootOf(position)!), inputs, f.uniforms));
      return parts.get(key);
    },
  };
}

/** Runs a pullback: `shapes` of the function's inputs, `shape` of its results, tensors by position, then what the seed asks for. */
export function pull(
  pullback: Pullback, shapes: readonly Shape[], shape: Shape, uniforms: readonly number[],
  input: (i: number) => Tensor, output: (i: number) => Tensor, seeds: readonly Tensor[],
): (Tensor | undefined)[] {
  const { inputs, outputs, wanted, reached } = pullback;
  const operands = ({ inputs: positions }: Part) => mapped(positions, (position) =>
    position < inputs.length ? input(position) : position < inputs.length + outputs.length ? output(position - inputs.length) : seeds[position - inputs.length - outputs.length]!);
  const numbers = (kernel: Part) => mapped(kernel.uniforms, (i) => uniforms[i]!);
  const gradients: (Tensor | undefined)[] = mapped(wanted, () => undefined);
  const whole = filtered(reached, (i) => sameShape(shapes[i]!, shape));
  if (whole.length > 0) {
    const kernel = pullback.part(whole)!;
    const through = passed(kernel);
    const tensors = operands(kernel);
    const results = through === undefined ? run('map', tensors, { function: kernel.function, uniforms: numbers(kernel) }) : mapped(through, (at) => tensors[at]!);
    whole.forEach((i, k) => { gradients[i] = results[k]; });
  }
  for (const i of reached) {
    if (whole.includes(i)) continue;
    const kernel = pullback.part([i])!;
    const axes = repeatedAxes(shapes[i]!, shape);
    const tensors = mapped(operands(kernel), (tensor, k) => (k === 0 ? tensor.expand(shape) : tensor));
    gradients[i] = run('reduce', tensors, { kind: 'sum', function: kernel.function, uniforms: numbers(kernel), axes })[0]!.reshape(...shapes[i]!);
  }
  return gradients;
}

/** Where a kernel only hands inputs through: which ones. No kernel runs then. */
function passed({ function: { roots } }: Part): number[] | undefined {
  return roots.every((root) => root.op === 'input') ? roots.map((root) => root.value) : undefined;
}
