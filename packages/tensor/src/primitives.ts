/** How each primitive runs. How it differentiates is `@nn/autograd`'s business. */
import type { Device } from './backend/device.ts';
import type { View } from './backend/interface.ts';
import { fail } from './errors.ts';
import { identity, trace } from './expr/function.ts';
import { Handle, handle } from './handle.ts';
import { contiguous, diagonal, expanded, padded, permuted, reshaped, skewed, sliced, swapped, viewOf } from './layout.ts';
import { mapped } from './mapped.ts';
import { broadcastShapes, reducedShape, type Shape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { writeNow } from './together.ts';
import { type Primitive, type Primitives, slot, type Step } from './tracer.ts';

type Execution<P extends Primitive> = (inputs: readonly Tensor[], attributes: Primitives[P], device: Device) => Handle[];

/** `tensor` as a kernel over `shape` reads it. */
export const view = (tensor: Tensor, operation: string, shape: Shape): View => {
  const own = tensor[handle];
  own.check(operation);
  return viewOf(own.allocation.storage, expanded(own.layout, shape));
};
const views = (tensors: readonly Tensor[], operation: string, shape: Shape): View[] => mapped(tensors, (tensor) => view(tensor, operation, shape));
/** A factor of a product, with its last two axes the other way round where it is `turned`. */
function matrix(x: Tensor, turned: boolean | undefined): View {
  const view = x[handle].view('matmul');
  return turned ? viewOf(view.storage, swapped(view)) : view;
}
const shapesOf = (tensors: readonly Tensor[]): Shape[] => mapped(tensors, (tensor) => tensor.shape);

const executions: { readonly [P in Primitive]: Execution<P> } = {
  map(inputs, { function: f, uniforms }, device) {
    const shape = broadcastShapes(f.roots[0]!.op, ...shapesOf(inputs));
    const sources = views(inputs, 'map', shape);
    const outputs = mapped(f.roots, (root) => Handle.fresh(device, root.dtype, shape));
    device.map(f, sources, uniforms, mapped(outputs, (output) => output.target('map')), shape);
    return outputs;
  },
  reduce(inputs, { kind, function: f, uniforms, axes }, device) {
    const shape = broadcastShapes('reduce', ...shapesOf(inputs));
    const output = Handle.fresh(device, f.roots[0]!.dtype, reducedShape(shape, axes));
    device.reduce(kind, f, views(inputs, 'reduce', shape), uniforms, shape, axes, output.target('reduce'));
    return [output];
  },
  rows(inputs, { function: f, uniforms, shape, axes }, device) {
    const rowShape = reducedShape(shape, axes, true);
    const outputs = mapped(f.outputs.roots, (root, i) => Handle.fresh(device, root.dtype, f.rowOutputs[i] ? rowShape : shape));
    device.rows(f, views(inputs, 'rows', shape), uniforms, mapped(outputs, (output) => output.target('rows')), shape, axes);
    return outputs;
  },
  matmul([a, b, ...rest], { axes, turned, epilogue }, device) {
    const { inner, columns } = axes ?? { inner: 1, columns: 1 };
    const [left, right] = [matrix(a!, turned?.[0]), matrix(b!, turned?.[1])];
    const shape = [...left.shape.slice(0, a!.ndim - inner), ...right.shape.slice(b!.ndim - columns)];
    const output = Handle.fresh(device, epilogue?.function.roots[0]!.dtype ?? a!.dtype, shape);
    const target = output.target('matmul');
    const end = epilogue && { function: epilogue.function, inputs: views(rest, 'matmul', shape), uniforms: epilogue.uniforms };
    if (axes) device.contract(left, right, axes, target, end);
    else device.matmul(left, right, target, end);
    return [output];
  },
  gather([source, index], { axis }, device) {
    const output = Handle.fresh(device, source!.dtype, index!.shape);
    device.gather(source![handle].view('gather'), index![handle].view('gather'), axis, output.target('gather'));
    return [output];
  },
  scatterAdd([source, index], { axis, shape }, device) {
    const output = Handle.fresh(device, source!.dtype, shape);
    device.scatterAdd(source![handle].view('scatterAdd'), index![handle].view('scatterAdd'), axis, shape, output.target('scatterAdd'));
    return [output];
  },
  concat: (inputs, { axis }, device) => [device.limits.slices ? concatSlices(inputs, axis, device) : concatReads(inputs, axis, device)],
  reshape: ([x], { shape }, device) => {
    const own = x![handle];
    const layout = reshaped(own.layout, shape);
    if (layout) return [own.viewed(layout)];
    const copy = Handle.fresh(device, x!.dtype, shape);
    device.map(identity(x!.dtype), [own.view('reshape')], [], [copy.target('reshape')], x!.shape);
    return [copy];
  },
  permute: ([x], { order }) => [x![handle].viewed(permuted(x![handle].layout, order))],
  expand: ([x], { shape }) => [x![handle].viewed(expanded(x![handle].layout, shape))],
  slice: ([x], { axis, start, size, step }) => [x![handle].viewed(sliced(x![handle].layout, axis, start, size, step))],
  pad: ([x], { axis, before, after }) => [x![handle].viewed(padded(x![handle].layout, axis, before, after))],
  skew: ([x], { axis, size, shift }) => [x![handle].viewed(skewed(x![handle].layout, axis, size, shift))],
  diagonal: ([x], { a, b }) => [x![handle].viewed(diagonal(x![handle].layout, a, b))],
  custom: () => fail('custom', 'it has no execution of its own'),
};

/** Runs a primitive and, where an input is part of a recorded graph, records it. */
export function run<P extends Primitive>(primitive: P, inputs: readonly Tensor[], attributes: Primitives[P]): Tensor[] {
  writeNow();
  const operation = spoken(primitive, attributes);
  for (const input of inputs) input[handle].check(operation);
  const like = inputs[0]!;
  const outputs = mapped(executions[primitive](inputs, attributes, commonDevice(operation, inputs)), (made) => like.made(made));
  record({ primitive, inputs, attributes, outputs });
  return outputs;
}

/** Tells the tracer, where there is one and it has to know. */
export function record<P extends Primitive>(step: Step<P>): void {
  const { tracer } = slot;
  if (tracer?.recording && step.inputs.some((input) => input[handle].node)) tracer.record(step);
}

/** What a message calls it: an element-wise operation by its own name. */
export function spoken<P extends Primitive>(primitive: P, attributes: Primitives[P]): string {
  return primitive === 'map' ? (attributes as Primitives['map']).function.roots[0]!.op : primitive;
}

function commonDevice(operation: string, inputs: readonly Tensor[]): Device {
  const { device } = inputs[0]!;
  for (const input of inputs) {
    if (input.device !== device) {
      const same = input.device.name === device.name;
      fail(operation, `tensors of two devices meet: ${device.name} and ${same ? `another ${device.name}` : input.device.name}`, `Move one of them: await x.to(device).`);
    }
  }
  return device;
}

function joined(inputs: readonly Tensor[], axis: number): number[] {
  return inputs[0]!.shape.map((size, i) => (i === axis ? inputs.reduce((sum, input) => sum + input.shape[axis]!, 0) : size));
}

/** Written part by part with `axis` outermost, and seen with it in its place. */
function concatSlices(inputs: readonly Tensor[], axis: number, device: Device): Handle {
  const shape = joined(inputs, axis);
  const order = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
  const front = order.map((i) => shape[i]!);
  const output = Handle.fresh(device, inputs[0]!.dtype, shape);
  let offset = 0;
  for (const input of inputs) {
    const source = viewOf(input[handle].allocation.storage, permuted(input[handle].layout, order));
    device.map(identity(input.dtype), [source], [], [{ storage: output.allocation.storage, offset }], source.shape);
    offset += sizeOf(source.shape);
  }
  return new Handle(output.allocation, permuted(contiguous(front), shape.map((_, i) => order.indexOf(i))));
}

/** The sum of all parts, each padded with zeros to the whole. */
function concatReads(inputs: readonly Tensor[], axis: number, device: Device): Handle {
  const shape = joined(inputs, axis);
  const { dtype } = inputs[0]!;
  let before = 0;
  const parts = inputs.map((input): View => {
    const size = input.shape[axis]!;
    const layout = padded(input[handle].layout, axis, before, shape[axis]! - before - size);
    before += size;
    return viewOf(input[handle].allocation.storage, layout);
  });
  const sum = trace(inputs.map(() => dtype), [], (leaves) => [leaves.reduce((a, b) => (dtype === 'bool' ? a.bitwiseOr(b) : a.add(b)))]);
  const output = Handle.fresh(device, dtype, shape);
  device.map(sum, parts, [], [output.target('concat')], shape);
  return output;
}
