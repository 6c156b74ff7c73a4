/** What a gradient rule is: what it keeps of a step, and how the step runs backwards. */
import type { Shape, Tensor } from '@nn/tensor';
import type { Layout, Primitive, Primitives } from '@nn/tensor/trace';

/** A recorded step as its rule sees it. Values are there as far as the rule `keeps` them. */
export interface Recorded<P extends Primitive> {
  readonly attributes: Primitives[P];
  /** How the inputs were laid out, and their shapes. */
  readonly layouts: readonly Layout[];
  readonly shapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  /** Which inputs need a gradient. */
  readonly wanted: readonly boolean[];
  input(i: number): Tensor;
  output(i: number): Tensor;
}

/** Which values a step keeps for its backward. */
export interface Kept { readonly inputs: readonly boolean[]; readonly outputs: readonly boolean[] }

/** One gradient per input, from one per output; undefined is zero. */
export interface Rule<P extends Primitive> {
  keeps?(attributes: Primitives[P], wanted: readonly boolean[], outputs: number): Kept;
  run(step: Recorded<P>, gradients: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[];
}
