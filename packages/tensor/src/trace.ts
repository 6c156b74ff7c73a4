/**
 * The contract between tensors and differentiation: the slot that `@nn/autograd` fills, what is recorded, and what rules are written in.
 * @packageDocumentation
 */
export {
  type BackwardOptions, type CustomAttributes, type GradientHook, type GraphNode, type Primitive, type Primitives, type Step, type Tracer, slot,
} from './tracer.ts';
export type { View } from './backend/interface.ts';
export { derive, type Derivative, differentiable, type Seed } from './expr/derive.ts';
export { identity, leavesOf, part, type Part, type ScalarFunction, trace } from './expr/function.ts';
export { RowFunction } from './expr/rows.ts';
export { isRow } from './expr/scalar.ts';
export { Allocation, Handle, handle } from './handle.ts';
export { isContiguous, type Layout } from './layout.ts';
export { filtered, mapped } from './mapped.ts';
export { type Watch, watching } from './profile.ts';
export { record, run, spoken } from './primitives.ts';
export { unscoped } from './scope.ts';
export { reducedShape, repeatedAxes, sameShape } from './shape.ts';
export { together } from './together.ts';
