/** The epilogue of a product: what becomes of each result, computed on a block while it is in the cache. It runs after each chunk of the product and reads the same parameters. */
import { bytesOf } from '@nn/tensor/backend';
import type { Form } from './form.ts';
import { emitLoop, type LoopSpec } from './loop.ts';
import { boundedness, slots } from './parameters.ts';
import { blockOf } from './product-block.ts';
import { call, type Code, type Frame, type Local, type ModuleBuilder } from './wasm/assembler.ts';
import { choose, count, i32 } from './wasm/instructions.ts';

/** `form` makes the form of a function's own frame. The walk of `spec` is over all results; its first input is the product. */
export function productEnd(module: ModuleBuilder, frame: Frame, form: (own: Frame) => Form, spec: LoopSpec, parameters: Local, chunk: Local): Code {
  const [output] = spec.function.outputs;
  const layout = slots(spec.rank, boundedness(spec.accesses, spec.indices.length), 1, spec.function.uniforms.length);
  const fill = module.define(['i32', 'i32', 'i32'], [], (own, walk, start, end) =>
    emitLoop(own, form(own), spec, walk, start, end, [i32.add(i32.load(walk.get, layout.outputs), i32.mul(start.get, i32.of(bytesOf(output!))))]));
  const { row0, lane0, rows, lanes, product, find, parameter } = blockOf(frame, parameters, chunk);
  const { turned, columns, i, start } = frame.ints('turned', 'columns', 'i', 'start');
  return [
    turned.set(parameter('turned')),
    columns.set(choose('i32', turned.get, parameter('rows'), parameter('lanes'))),
    find,
    // Elements before this product, then those before the block.
    start.set(i32.mul(product.get, i32.mul(parameter('rows'), parameter('lanes')))),
    start.set(i32.add(start.get, choose('i32', turned.get,
      i32.add(i32.mul(lane0.get, columns.get), row0.get), i32.add(i32.mul(row0.get, columns.get), lane0.get)))),
    count(i, i32.of(0), choose('i32', turned.get, lanes.get, rows.get), 1,
      call(fill, parameter('end'), start.get, i32.add(start.get, choose('i32', turned.get, rows.get, lanes.get))),
      start.set(i32.add(start.get, columns.get))),
  ];
}
