/** The one slot through which differentiation rides on tensors. `@nn/autograd` fills it at import; tensors only record. */
import type { ProductAxes, Reduction } from './backend/interface.ts';
import type { ScalarFunction } from './expr/function.ts';
import type { RowFunction } from './expr/rows.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Every primitive and what it is told beside its inputs. Closed: a primitive without a gradient rule does not compile. */
export interface Primitives {
  /** Element-wise over the broadcast shape of all inputs; one output per root. */
  map: { readonly function: ScalarFunction; readonly uniforms: readonly number[] };
  /** A reduction of `function` over `axes` (ascending) of the inputs' broadcast shape, which drop out. */
  reduce: { readonly kind: Reduction; readonly function: ScalarFunction; readonly uniforms: readonly number[]; readonly axes: readonly number[] };
  /** Rows of `shape`, which all inputs broadcast to, along `axes`. Results of whole rows have size 1 there. */
  rows: { readonly function: RowFunction; readonly uniforms: readonly number[]; readonly shape: Shape; readonly axes: readonly number[] };
  /** Inputs a, b of equal batch axes, then those of the epilogue, broadcast to the result. Without `axes` one axis each is rows, summed over, columns; of operands that are `turned` the last two axes change places. */
  matmul: { readonly axes?: ProductAxes; readonly turned?: readonly [a: boolean, b: boolean]; readonly epilogue?: { readonly function: ScalarFunction; readonly uniforms: readonly number[] } };
  /** Inputs source, index. */
  gather: { readonly axis: number };
  /** Inputs source, index. */
  scatterAdd: { readonly axis: number; readonly shape: Shape };
  concat: { readonly axis: number };
  reshape: { readonly shape: Shape };
  permute: { readonly order: readonly number[] };
  expand: { readonly shape: Shape };
  slice: { readonly axis: number; readonly start: number; readonly size: number; readonly step: number };
  pad: { readonly axis: number; readonly before: number; readonly after: number };
  skew: { readonly axis: number; readonly size: number; readonly shift: number };
  diagonal: { readonly a: number; readonly b: number };
  /** Computed by somebody's function, with a gradient of his own. */
  custom: CustomAttributes;
}

/** `backward` gets the gradients of the outputs (undefined where none arrived), and the inputs and outputs as far as `saves` says. */
export interface CustomAttributes {
  readonly name: string;
  readonly saves: { readonly inputs: boolean; readonly outputs: boolean };
  readonly backward: (gradients: readonly (Tensor | undefined)[], inputs: readonly Tensor[], outputs: readonly Tensor[]) => readonly (Tensor | undefined)[];
}

export type Primitive = keyof Primitives;

/** What ran: enough to run it backwards. */
export interface Step<P extends Primitive = Primitive> {
  readonly primitive: P;
  readonly attributes: Primitives[P];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** A tensor's place in the recorded graph. Counted: it lives as long as a tensor or a later node needs it. */
export interface GraphNode {
  /** Whether gradients end here, in `gradient`. */
  readonly leaf: boolean;
  /** A reader may hold on to it: from then on it is freed when nobody can reach it. */
  gradient: Tensor | null;
  /** The same for one who does not hold on to it: an optimizer. */
  readonly borrowed: Tensor | null;
  retain(): void;
  release(): void;
}

/** `retainGraph`: the graph stays for another call. `createGraph`: the gradients can be differentiated again (implies retainGraph). */
export interface BackwardOptions {
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
}

/** Changes a gradient on its way through a tensor, or (returning nothing) only looks. */
export type GradientHook = (gradient: Tensor) => Tensor | undefined | void;

export interface Tracer {
  /** False inside `noGrad`. */
  readonly recording: boolean;
  record(step: Step): void;
  leaf(): GraphNode;
  backward(from: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void;
  hook(on: Tensor, hook: GradientHook): () => void;
  /** Runs `body` without recording. */
  pause<T>(body: () => T): T;
}

/** Filled by `import '@nn/autograd'`. */
export const slot: { tracer: Tracer | undefined } = { tracer: undefined };
