/**
 * Tensors on pluggable devices: views, element-wise functions that fuse into one kernel, reductions, products, seeded randomness.
 * Gradients come with `@nn/autograd`, faster devices with `@nn/backend-*`.
 * @packageDocumentation
 */
export { complete, Device, type Memory } from './backend/device.ts';
export type { ProductAxes } from './backend/interface.ts';
export { broadcastTensors, meshgrid } from './arrange.ts';
export { checkValues } from './check-values.ts';
export { bincount, type CloseOptions, type Unique } from './counted.ts';
export {
  arange, defaultDevice, eye, full, fullLike, linspace, logspace, ones, onesLike, rand, randint, randLike, randn, randnLike, randperm, type RandomOptions, reference,
  setDefaultDevice, tensor, type TensorOptions, zeros, zerosLike,
} from './create.ts';
export type { DType, TypedArray } from './dtype.ts';
export { isFloat } from './dtype.ts';
export { fromFloat16Bits, toFloat16Bits } from './half.ts';
export { contract } from './contract.ts';
export { einsum } from './einsum.ts';
export { DeviceLostError, fail, message, show } from './errors.ts';
export { Elementwise, type Op, type Operand } from './expr/elementwise.ts';
export { type RowOp, Scalar } from './expr/scalar.ts';
export { type Argument, fuse, type Fused, type FusedResult } from './fuse.ts';
export type { Histogram, HistogramOptions } from './histogram.ts';
export type { ArrayOf } from './host.ts';
export { all, checkIndices, type Index, Range, range } from './indexing.ts';
export { linear, type LinearEnd } from './linear.ts';
export { concat, stack } from './movement.ts';
export { concat as cat } from './movement.ts';
export { oneHot, type SliceOptions } from './picking.ts';
export { cdist, convolve, type ConvolveOptions, cosineSimilarity, cross, tensordot } from './products.ts';
export { profile, type Profile, type ProfiledOperation, type ProfiledPart, type Phase } from './profile.ts';
export type { Interpolation, QuantileOptions } from './quantile.ts';
export { type Axes, quietly, type ReduceOptions } from './reductions.ts';
export { fuseRows, type FusedRows, type RowOptions } from './rows.ts';
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from './random.ts';
export { ReferenceBackend } from './reference/reference.ts';
export { keep, scope } from './scope.ts';
export { bucketize, searchsorted, type SearchOptions, where } from './searching.ts';
export { broadcastShapes, type Shape, sizeOf } from './shape.ts';
export type { SortOptions, TopkOptions } from './sort.ts';
export type { Chosen, SpreadOptions } from './statistics.ts';
export { Tensor } from './tensor.ts';
export type { BackwardOptions, GradientHook } from './tracer.ts';
