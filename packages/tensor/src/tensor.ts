import type { Device } from './backend/device.ts';
import { type DType, isFloat } from './dtype.ts';
import { fail, show } from './errors.ts';
import type { Op, Operand } from './expr/elementwise.ts';
import { identity, trace } from './expr/function.ts';
import { applyEager } from './fuse.ts';
import { formatTensor } from './format.ts';
import { type ArrayOf, arrayOf, copyTo, hostValues } from './host.ts';
import { Handle, handle } from './handle.ts';
import { gather, type Index, indexSelect, scatterAdd } from './indexing.ts';
import { type LinearEnd, matmul } from './linear.ts';
import * as move from './movement.ts';
import { overwrite } from './overwrite.ts';
import { at } from './picking.ts';
import { run } from './primitives.ts';
import { argBest, type Axes, logSoftmax, logsumexp, mean, reduce, type ReduceOptions, softmax } from './reductions.ts';
import { adopt, rehandle } from './scope.ts';
import { sameShape, type Shape, sizeOf } from './shape.ts';
import { type BackwardOptions, type GradientHook, slot, type Tracer } from './tracer.ts';
import type { TypedArray } from './dtype.ts';
import { Vocabulary } from './vocabulary.ts';

/**
 * An n-dimensional array on a device. Values never change but by {@link Tensor.assign}; every operation gives a new tensor
 * and returns at once. Only reading waits: `item`, `data`, `toArray`, `format`.
 *
 * Make one with `tensor(...)`, `zeros(...)` and their like.
 */
export class Tensor extends Vocabulary {
  readonly dtype: DType;
  /** Sizes per axis. */
  readonly shape: Shape;
  /** @internal */
  [handle]: Handle;

  /** @internal */
  constructor(own: Handle) {
    super();
    this.dtype = own.allocation.storage.dtype;
    this.shape = own.layout.shape;
    this[handle] = own;
    adopt(this);
  }

  /** @internal A tensor of the plain kind. */
  made(own: Handle): Tensor { return new Tensor(own); }
  protected apply(op: Op, ...operands: Operand<Tensor>[]): Tensor { return applyEager(op, operands); }
  cast(dtype: DType): Tensor { return dtype === this.dtype ? this : run('map', [this], { function: casting(this.dtype, dtype), uniforms: [] })[0]!; }

  /** Where it lives. */
  get device(): Device { return this[handle].allocation.device; }
  /** Number of elements. */
  get numel(): number { return sizeOf(this.shape); }
  /** Number of axes. */
  get ndim(): number { return this.shape.length; }
  /** The shape, or the size of one axis. */
  size(): Shape;
  size(axis: number): number;
  size(axis?: number): Shape | number {
    return axis === undefined ? this.shape : this.shape.at(axis) ?? fail('size', `axis ${axis} is out of range for ${show(this.shape)}`);
  }

  // Reading: the only waits.

  /** All elements, row-major, as a typed array (bool as bytes 0 and 1). */
  data(): Promise<TypedArray> { return hostValues(this, 'data'); }
  /** The one element of a tensor of size 1. */
  async item(): Promise<number> {
    if (this.numel !== 1) fail('item', `${show(this.shape)} has ${this.numel} elements`, 'Use toArray(), or reduce it first.');
    return (await hostValues(this, 'item'))[0]!;
  }
  /** Nested arrays of numbers (booleans for bool). */
  async toArray(): Promise<ArrayOf> { return arrayOf(await hostValues(this, 'toArray'), this.shape, this.dtype); }
  /** As PyTorch prints it: `tensor([[1., 2.], [3., 4.]])`. */
  format(): Promise<string> { return formatTensor(this); }
  override toString(): string { return `Tensor(${this.dtype} ${show(this.shape)} on ${this.device.name})`; }
  /** A copy on another device (this one, if it is there already). Not differentiable across devices. */
  async to(device: Device): Promise<Tensor> { return device === this.device ? this : this.made(await copyTo(this, device)); }
  /** @internal Moves the tensor itself, keeping its identity; waits for the values. */
  async moveTo(device: Device): Promise<void> {
    if (device === this.device) return;
    const before = this[handle];
    const after = await copyTo(this, device);
    if (this.requiresGrad) after.join(tracer('requiresGrad').leaf(), 0);
    this[handle] = after;
    rehandle(this, before);
  }

  // Reductions over one axis, several, or all.

  sum(axes?: Axes, options?: ReduceOptions): Tensor { return reduce('sum', 'sum', this, axes, options); }
  prod(axes?: Axes, options?: ReduceOptions): Tensor { return reduce('prod', 'prod', this, axes, options); }
  mean(axes?: Axes, options?: ReduceOptions): Tensor { return mean(this, axes, options); }
  /** Largest element; NaN wins. Ties share the gradient. */
  amax(axes?: Axes, options?: ReduceOptions): Tensor { return reduce('max', 'amax', this, axes, options); }
  amin(axes?: Axes, options?: ReduceOptions): Tensor { return reduce('min', 'amin', this, axes, options); }
  /** Whether any element is not zero. */
  any(axes?: Axes, options?: ReduceOptions): Tensor { return reduce('sum', 'any', this.cast('bool'), axes, options).cast('bool'); }
  /** Whether no element is zero. */
  all(axes?: Axes, options?: ReduceOptions): Tensor { return this.logicalNot().any(axes, options).logicalNot(); }
  /** Position (int32) of the largest element, the first of equals; over all elements without an axis. */
  argmax(axis?: number, options?: ReduceOptions): Tensor { return argBest('max', this, axis, options); }
  argmin(axis?: number, options?: ReduceOptions): Tensor { return argBest('min', this, axis, options); }
  logsumexp(axes?: Axes, options?: ReduceOptions): Tensor { return logsumexp(this, axes, options); }
  softmax(axis: number): Tensor { return softmax(this, axis); }
  logSoftmax(axis: number): Tensor { return logSoftmax(this, axis); }

  // Products.

  /** Matrix product: [m, k] x [k, n], batches broadcast, vectors as in PyTorch. `end` adds a bias and an activation in the same kernel. */
  matmul(other: Tensor, end?: LinearEnd): Tensor { return matmul(this, other, end); }

  // Views: nothing is copied unless a shape cannot be had otherwise.

  /** One size may be -1. */
  reshape(...shape: number[]): Tensor { return move.reshape(this, shape); }
  /** As {@link Tensor.reshape}. */
  view(...shape: number[]): Tensor { return move.reshape(this, shape); }
  permute(...axes: number[]): Tensor { return move.permute(this, axes); }
  transpose(a: number, b: number): Tensor { return move.transpose(this, a, b); }
  /** The transpose of a matrix; for other ranks, all axes reversed. */
  get T(): Tensor { return move.permute(this, this.shape.map((_, axis) => this.shape.length - 1 - axis)); }
  /** Repeats axes of size 1 without copying; -1 keeps a size. */
  expand(shape: Shape): Tensor { return move.expand(this, shape); }
  squeeze(axes?: number | readonly number[]): Tensor { return move.squeeze(this, axes); }
  unsqueeze(axis: number): Tensor { return move.unsqueeze(this, axis); }
  flatten(startAxis = 0, endAxis = -1): Tensor { return move.flatten(this, startAxis, endAxis); }
  /** One axis as several: the inverse of `flatten`. One size may be -1. */
  unflatten(axis: number, sizes: Shape): Tensor { return move.unflatten(this, axis, sizes); }
  narrow(axis: number, start: number, length: number): Tensor { return move.narrow(this, axis, start, length); }
  flip(axes?: number | readonly number[]): Tensor { return move.flip(this, axes); }
  /** Pairs (before, after) for the last axis, the one before it, and so on. Negative ones crop. */
  pad(padding: readonly number[], value = 0): Tensor { return move.pad(this, padding, value); }
  /** Sliding windows on `axis`, on a new last axis: convolutions and pools are made of these. */
  unfold(axis: number, size: number, step = 1, { dilation = 1 }: { readonly dilation?: number } = {}): Tensor { return move.unfold(this, axis, size, step, dilation); }
  /** A diagonal of two axes as the last axis: the main one, or one `offset` above (below: negative) it. */
  diagonal(offset = 0, axis1 = 0, axis2 = 1): Tensor { return move.diagonal(this, offset, axis1, axis2); }
  /** `x.at(0, range(1, 3))` is `x[0, 1:3]`, a view. Index tensors (int32) pick elements as in NumPy: `x.at(all, labels)` is `x[:, labels]`. */
  at(...indices: Index[]): Tensor { return at(this, indices); }

  // Index tensors (int32).

  /** `out[i][j] = this[index[i][j]][j]` for axis 0. An index out of range is reported, see `checkIndices`. */
  gather(axis: number, index: Tensor): Tensor { return gather(this, axis, index); }
  indexSelect(axis: number, index: Tensor): Tensor { return indexSelect(this, axis, index); }
  /** This, with `source` added where `index` says, in index order. */
  scatterAdd(axis: number, index: Tensor, source: Tensor): Tensor { return scatterAdd(this, axis, index, source); }

  // Copies.

  /** A copy with a storage of its own. */
  clone(): Tensor { return run('map', [this], { function: identity(this.dtype), uniforms: [] })[0]!; }
  /** The same values, outside of the recorded graph. */
  detach(): Tensor { return this.made(this[handle].viewed(this[handle].layout)); }
  /** A tensor of `shape` filled with `value`, on this device and (unless told otherwise) of this dtype. */
  newFull(shape: Shape, value: number, { dtype = this.dtype }: { readonly dtype?: DType } = {}): Tensor {
    const own = Handle.fresh(this.device, dtype, shape);
    this.device.map(filling(dtype), [], [value], [own.target('newFull')], shape);
    return this.made(own);
  }
  /**
   * Overwrites the values: the only change that a tensor undergoes. Nothing is recorded; a graph that saved the old values refuses `backward()`.
   * @throws where shapes differ, or this is a view that is not contiguous
   */
  assign(values: Tensor): this {
    if (!sameShape(values.shape, this.shape)) fail('assign', `${show(values.shape)} into ${show(this.shape)}`, 'Shapes must be equal.');
    overwrite('assign', values.dtype === this.dtype ? identity(this.dtype) : casting(values.dtype, this.dtype), [values], [], [this]);
    return this;
  }
  /** Lets go of the values now, instead of when nothing refers to the tensor. */
  release(): void { this[handle].release('release()'); }
  /** For `using`. */
  [Symbol.dispose](): void { this.release(); }

  // Differentiation: present once `@nn/autograd` is imported.

  /** Whether operations on it are recorded. Set it on a leaf: a float tensor that no recorded operation made. Switching it off forgets the gradient. */
  get requiresGrad(): boolean { return this[handle].node !== undefined; }
  set requiresGrad(on: boolean) {
    const own = this[handle];
    if (on === this.requiresGrad) return;
    if (!on && !this.isLeaf) fail('requiresGrad', 'it cannot be switched off for a result of recorded operations', 'Use x.detach().');
    if (!isFloat(this.dtype)) fail('requiresGrad', `${this.dtype} has no gradient`, 'Use a float dtype.');
    if (on) own.join(tracer('requiresGrad').leaf(), 0);
    else own.leave();
  }
  /** Whether it is where gradients end: not the result of a recorded operation. */
  get isLeaf(): boolean { return this[handle].node?.leaf ?? true; }
  /** The gradient that `backward()` accumulated, null before and after `zeroGrad`. */
  get grad(): Tensor | null { return this[handle].node?.leaf ? this[handle].node.gradient : null; }
  set grad(gradient: Tensor | null) {
    const node = this[handle].node;
    if (!node && !gradient) return;
    if (!node?.leaf) fail('grad', 'only leaves that require gradients have one', 'Set requiresGrad first.');
    if (gradient && !sameShape(gradient.shape, this.shape)) fail('grad', `${show(gradient.shape)} for a tensor of ${show(this.shape)}`);
    node.gradient = gradient;
  }
  /**
   * Adds d(this)/d(leaf) to the `grad` of every leaf behind it, and drops the graph.
   * @param gradient of a loss with respect to this; needed unless this has one element
   * @throws without a graph, after the graph was dropped, after a saved value was overwritten
   */
  backward(gradient?: Tensor, options: BackwardOptions = {}): void { tracer('backward').backward(this, gradient, options); }
  /** Calls `hook` with the gradient of this tensor whenever it is computed; a returned tensor takes its place. Returns the remover. */
  registerHook(hook: GradientHook): () => void { return tracer('registerHook').hook(this, hook); }
}

const tracer = (operation: string): Tracer => slot.tracer ?? fail(operation, 'nothing records gradients', "Add: import '@nn/autograd'");

const castings = new Map<string, ReturnType<typeof identity>>();
function casting(from: DType, to: DType): ReturnType<typeof identity> {
  const key = `${from} ${to}`;
  let f = castings.get(key);
  if (!f) castings.set(key, (f = trace([from], [], ([x]) => [x!.cast(to)])));
  return f;
}

const fillings = new Map<DType, ReturnType<typeof identity>>();
function filling(dtype: DType): ReturnType<typeof identity> {
  let f = fillings.get(dtype);
  if (!f) fillings.set(dtype, (f = trace([], [dtype], (_, [value]) => [value!])));
  return f;
}
