/** Writing into tensors that exist: what `into` and `assign` do. Nothing is recorded; saved values of a graph are known to be stale by their version. */
import type { Device } from './backend/device.ts';
import type { Target, View } from './backend/interface.ts';
import { fail, show } from './errors.ts';
import { identity, type ScalarFunction } from './expr/function.ts';
import { Handle, handle } from './handle.ts';
import { isContiguous } from './layout.ts';
import { mapped } from './mapped.ts';
import { view } from './primitives.ts';
import { broadcastShapes, sameShape, type Shape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { write } from './together.ts';

/** Computes `f` and overwrites `targets`, one per root, which may be among the operands. */
export function overwrite(operation: string, f: ScalarFunction, operands: readonly Tensor[], uniforms: readonly number[], targets: readonly Tensor[]): void {
  if (targets.length !== f.roots.length) fail(operation, `${targets.length} targets for ${f.roots.length} results`, 'Give one for each.');
  const { device } = targets[0]!;
  const all = [...operands, ...targets];
  const shape = broadcastShapes(operation, ...mapped(operands, (operand) => operand.shape), targets[0]!.shape);
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i]!;
    const { dtype } = f.roots[i]!;
    if (!sameShape(target.shape, shape) || target.dtype !== dtype) {
      fail(operation, `target ${i} is ${target.dtype} ${show(target.shape)}, the result ${dtype} ${show(shape)}`, 'They must be equal.');
    }
  }
  for (const other of all) {
    if (other.device !== device) fail(operation, `tensors of two devices meet: ${device.name} and ${other.device.name}`, 'Move one of them first: await x.to(device).');
  }
  const written = mapped(targets, (target) => target[handle].target(operation));
  const copies: Handle[] = [];
  const inputs = mapped(operands, (operand) => {
    const read = view(operand, operation, shape);
    if (!written.some((target) => reorders(read, target))) return read;
    const copy = copied(device, read, shape);
    copies.push(copy);
    return copy.view(operation);
  });
  write(device, f, { inputs, uniforms, outputs: written, shape }, copies.length === 0 ? all : undefined);
  for (const copy of copies) copy.release(operation);
  for (const target of targets) target[handle].allocation.version++;
}

/** Whether writing `target` element by element may overwrite what `read` has yet to give: another order of the same elements. */
function reorders(read: View, target: Target): boolean {
  if (read.storage !== target.storage) return false;
  const distance = Math.abs(read.offset - target.offset);
  return !isContiguous(read) || (distance !== 0 && distance < sizeOf(read.shape));
}

function copied(device: Device, from: View, shape: Shape): Handle {
  const copy = Handle.fresh(device, from.storage.dtype, shape);
  device.map(identity(from.storage.dtype), [from], [], [copy.target('copy')], shape);
  return copy;
}
