/**
 * Tensors on pluggable devices: views, element-wise functions that fuse into one kernel, reductions, products, seeded randomness.
 * Gradients come with `@nn/autograd`, faster devices with `@nn/backend-*`.
 * @packageDocumentation
 */
export { complete, Device, type Memory } from './backend/device.ts';
export {
  arange, defaultDevice, eye, full, fullLike, ones, onesLike, rand, randint, randn, randperm, type RandomOptions, reference, setDefaultDevice, tensor,
  type TensorOptions, zeros, zerosLike,
} from './create.ts';
export type { DType, TypedArray } from './dtype.ts';
export { isFloat } from './dtype.ts';
export { fail, message, show } from './errors.ts';
export { Elementwise, type Op, type Operand } from './expr/elementwise.ts';
export { Scalar } from './expr/scalar.ts';
export { type Argument, fuse, type Fused, type FusedResult } from './fuse.ts';
export type { ArrayOf } from './host.ts';
export { all, checkIndices, type Index, Range, range } from './indexing.ts';
export { linear, type LinearEnd } from './linear.ts';
export { concat, stack } from './movement.ts';
export { concat as cat } from './movement.ts';
export { type Axes, quietly, type ReduceOptions } from './reductions.ts';
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from './random.ts';
export { ReferenceBackend } from './reference/reference.ts';
export { keep, scope } from './scope.ts';
export { broadcastShapes, type Shape, sizeOf } from './shape.ts';
export { Tensor } from './tensor.ts';
export type { BackwardOptions, GradientHook } from './tracer.ts';
