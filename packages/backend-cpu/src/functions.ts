/** Kernels by function and way of walking, bounded: the least recently used functions are forgotten. */
import { type DType, type Leaf, type Op, ordered, type RowFunction, ScalarFunction } from '@nn/tensor/backend';
import { type Form, scalarForm, vectorForm } from './form.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { LoopSpec } from './loop.ts';
import type { Pool } from './pool.ts';
import type { Kind, Walk } from './walk.ts';
import type { Frame, ModuleBuilder } from './wasm/assembler.ts';

const MOST_FUNCTIONS = 1000;

/** What is known of a function before any kernel. */
export interface Prepared {
  /** The axes that its index leaves mean. */
  readonly indices: readonly number[];
  readonly outputs: readonly DType[];
  /** About how many instructions an element takes. */
  readonly cost: number;
  /** Whether it must be computed one element at a time. */
  readonly scalar: boolean;
  /** By what they do, then by how they walk. */
  readonly kernels: Map<string, Map<Kind, Kernel>>;
}

export class Functions {
  readonly #compiler: Compiler;
  readonly #pool: Pool;
  readonly #seen = new WeakMap<ScalarFunction | RowFunction, Prepared>();
  readonly #byKey = new Map<string, Prepared>();

  constructor(compiler: Compiler, pool: Pool) {
    this.#compiler = compiler;
    this.#pool = pool;
  }

  prepare(f: ScalarFunction | RowFunction): Prepared {
    let prepared = this.#seen.get(f);
    if (prepared) return prepared;
    prepared = this.#byKey.get(f.key);
    if (prepared) this.#byKey.delete(f.key);
    else prepared = inspect(f);
    this.#byKey.set(f.key, prepared);
    if (this.#byKey.size > MOST_FUNCTIONS) this.#forgetOldest();
    this.#seen.set(f, prepared);
    return prepared;
  }

  #forgetOldest(): void {
    const [key, { kernels }] = this.#byKey.entries().next().value!;
    this.#byKey.delete(key);
    for (const ofWalks of kernels.values()) for (const kernel of ofWalks.values()) this.#pool.forget(kernel);
  }

  /** The kernel that does what `name` says for such a walk; `make` compiles it when first asked for. */
  kernel(prepared: Prepared, name: string, { kind }: Walk, make: (compiler: Compiler) => Kernel): Kernel {
    let ofWalks = prepared.kernels.get(name);
    if (!ofWalks) prepared.kernels.set(name, (ofWalks = new Map()));
    let kernel = ofWalks.get(kind);
    if (!kernel) ofWalks.set(kind, (kernel = make(this.#compiler)));
    return kernel;
  }

  form(prepared: Prepared, module: ModuleBuilder, frame: Frame): Form {
    return prepared.scalar ? scalarForm(module, frame) : vectorForm(module, frame, this.#compiler.fused);
  }
}

export const specOf = (f: ScalarFunction, { indices }: Prepared, { sizes, accesses }: Walk, paired = false): LoopSpec => ({ function: f, rank: sizes.length, accesses, indices, paired });

function inspect(f: ScalarFunction | RowFunction): Prepared {
  const { roots } = f instanceof ScalarFunction ? f : f.source;
  const nodes = ordered(roots);
  const indices = [...new Set(nodes.filter(({ op }) => op === 'index').map(({ value }) => value))];
  const scalar = [...nodes.map(({ dtype }) => dtype), ...f.inputs].includes('float64');
  const cost = roots.length + nodes.reduce((sum, { op }) => sum + (op === 'constant' || op === 'uniform' ? 0 : SHORT.has(op) ? 1 : LONG), 0);
  return { indices, outputs: roots.map(({ dtype }) => dtype), cost, scalar, kernels: new Map() };
}
/** What takes an instruction or a few; what does not is a polynomial, or a call. */
const SHORT: ReadonlySet<string> = new Set<Op | Leaf>([
  'input', 'index', 'add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'relu', 'lt', 'le', 'eq', 'isnan', 'and', 'or', 'xor', 'not', 'shl', 'shr', 'select', 'cast',
]);
const LONG = 12;

const casts = new WeakMap<ScalarFunction, Map<DType, ScalarFunction>>();
/** `f` with its root as another dtype. */
export function casted(f: ScalarFunction, to: DType): ScalarFunction {
  if (f.roots[0]!.dtype === to) return f;
  let forms = casts.get(f);
  if (!forms) casts.set(f, (forms = new Map()));
  let result = forms.get(to);
  if (!result) forms.set(to, (result = new ScalarFunction([f.roots[0]!.cast(to)], f.inputs, f.uniforms)));
  return result;
}
