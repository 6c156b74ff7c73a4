/**
 * The contract between tensors and engines: what an adapter implements, and the shared parts that make one short.
 * @packageDocumentation
 */
export type { Backend, CoreBackend, Epilogue, Limits, MapCall, OptionalBackend, ProductAxes, Reduction, Storage, Target, View } from './interface.ts';
export { applyEpilogue } from './compose.ts';
export { asMatrices, composeContract } from './compose-contract.ts';
export { composeRows } from './compose-rows.ts';
export { complete, Device, type Memory } from './device.ts';
export { blocksFor, philox, randomWords, uniformNumbers } from './philox.ts';
export { bytesOf, type DType, hostArray, isFloat, isInteger, round, type TypedArray } from '../dtype.ts';
export { fromFloat16Bits, toFloat16Bits } from '../half.ts';
export { DeviceLostError, fail, message, show } from '../errors.ts';
export { type CoreOp, type DerivedOp, Elementwise, type Op, type Operand } from '../expr/elementwise.ts';
export { type Columns, evaluate } from '../expr/evaluate.ts';
export { compute } from '../expr/meaning.ts';
export { identity, ScalarFunction, trace } from '../expr/function.ts';
export { lowered } from '../expr/lower.ts';
export { RowFunction, type Stage } from '../expr/rows.ts';
export { type Dialect, print, type Printed, type Spelling } from '../expr/print.ts';
export { type Leaf, ordered, rewrite, type RowOp, Scalar, Table } from '../expr/scalar.ts';
export { type Bound, contiguous, expanded, isContiguous, type Layout, permuted, reshaped, sliced, viewOf } from '../layout.ts';
export { filtered, mapped } from '../mapped.ts';
export { ReferenceBackend } from '../reference/reference.ts';
export { type Shape, sizeOf, stridesOf } from '../shape.ts';
