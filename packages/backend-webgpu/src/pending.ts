/**
 * A product of matrices that waits for what is done with its result: an element-wise function of it (an activation, or its derivative) is computed in the same
 * kernel. Other kernels may overtake it where they have nothing to do with it.
 */
import { identity, isContiguous, isFloat, rewrite, ScalarFunction, type Shape, type Storage, Table, type Target, type View } from '@nn/tensor/backend';
import type { Contraction } from './matmul.ts';

/** Kernels that may overtake. */
const PATIENCE = 4;

export class Pending {
  readonly product: Contraction;
  /** Storages that it works on and that were freed in the meantime. */
  readonly held: Storage[] = [];
  readonly #reads: ReadonlySet<Storage>;
  readonly #shape: Shape;
  #patience = PATIENCE;

  constructor(product: Contraction) {
    const { a, b, axes, epilogue } = product;
    this.product = product;
    this.#shape = [...a.shape.slice(0, a.shape.length - axes.inner), ...b.shape.slice(b.shape.length - axes.columns)];
    this.#reads = new Set([a, b, ...(epilogue?.inputs ?? [])].map(({ storage }) => storage));
  }

  get output(): Target { return this.product.outputs[0]!; }

  uses(storage: Storage): boolean { return storage === this.output.storage || this.#reads.has(storage); }

  /** Whether a kernel may run before it. */
  yields(inputs: readonly View[], outputs: readonly Target[]): boolean {
    return this.#patience-- > 0 && inputs.every(({ storage }) => storage !== this.output.storage) && outputs.every(({ storage }) => !this.uses(storage));
  }

  /** The product with that map of its elements done along with it, where that can be. */
  joined(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): Contraction | undefined {
    const { epilogue } = this.product;
    const { output } = this;
    if (shape.length !== this.#shape.length || shape.some((size, axis) => size !== this.#shape[axis]) || outputs.some(({ storage }) => this.uses(storage))) return undefined;
    const own = inputs.map(({ storage }) => storage === output.storage);
    if (!own.includes(true) || own.some((mark, i) => mark && f.inputs[i] !== output.storage.dtype) || !isFloat(output.storage.dtype) || inputs.some((view, i) => own[i] && !(view.offset === output.offset && isContiguous(view)))) return undefined;
    return {
      ...this.product, outputs: [output, ...outputs],
      epilogue: {
        function: composed(epilogue?.function ?? identity(output.storage.dtype), f, own),
        inputs: [...(epilogue?.inputs ?? []), ...inputs.filter((_, i) => !own[i])],
        uniforms: [...(epilogue?.uniforms ?? []), ...uniforms],
      },
    };
  }
}

const known = new WeakMap<ScalarFunction, WeakMap<ScalarFunction, Map<string, ScalarFunction>>>();

/** `first`, and `then` of what it gives: its result stands for those inputs that are marked. */
function composed(first: ScalarFunction, then: ScalarFunction, marked: readonly boolean[]): ScalarFunction {
  let seconds = known.get(first);
  if (!seconds) known.set(first, (seconds = new WeakMap()));
  let forms = seconds.get(then);
  if (!forms) seconds.set(then, (forms = new Map()));
  const form = marked.map(Number).join('');
  let whole = forms.get(form);
  if (!whole) {
    const table = new Table();
    const [result] = rewrite(first.roots, table, () => undefined);
    const place = (i: number) => first.inputs.length + marked.slice(0, i).filter((mark) => !mark).length;
    const roots = rewrite(then.roots, table, (node) =>
      node.op === 'input' ? (marked[node.value] ? result : table.leaf('input', place(node.value), node.dtype))
        : node.op === 'uniform' ? table.leaf('uniform', first.uniforms.length + node.value, node.dtype) : undefined);
    whole = new ScalarFunction([result!, ...roots], [...first.inputs, ...then.inputs.filter((_, i) => !marked[i])], [...first.uniforms, ...then.uniforms]);
    forms.set(form, whole);
  }
  return whole;
}
