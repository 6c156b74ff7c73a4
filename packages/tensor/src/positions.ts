import { type ScalarFunction, trace } from './expr/function.ts';
import { Handle } from './handle.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

const places = new Map<number, ScalarFunction>();

/** The coordinate on `axis` of every element of `shape`, as int32 where `like` lives. */
export function positions(like: Tensor, shape: Shape, axis: number): Tensor {
  let f = places.get(axis);
  if (!f) places.set(axis, (f = trace([], [], (_inputs, _uniforms, table) => [table.leaf('index', axis, 'int32')])));
  const own = Handle.fresh(like.device, 'int32', shape);
  like.device.map(f, [], [], [own.target('positions')], shape);
  return like.made(own);
}
