import { type ScalarFunction, type Shape, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, pushBody } from './body.ts';
import { storedText } from './dialect.ts';
import type { Engine } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { walk, type Walk } from './walk.ts';

/** `outputs[k][i] = f(inputs[..][i])`, a thread an element. Each thread reads all before it writes, so that an output may be an input of identical layout. */
export function map(engine: Engine, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
  const steps = walk([shape], functionLines(f, inputs, shape.map((_, axis) => axis)));
  const bindings = new Bindings(inputs, outputs);
  const size = sizeOf(shape);
  const values = engine.values.restarted();
  pushSizes(steps.groups[0]!, values);
  pushBody(f, inputs, uniforms, steps.lines, values);
  values.push(...outputs.map(({ offset }) => offset));
  engine.run({
    family: `map ${f.key}`, variant: bodySignature(inputs, steps, bindings), build: () => mapKernel(f, inputs, steps, bindings),
    bindings, values, total: size, groups: Math.ceil(size / THREADS),
  });
}

function mapKernel(f: ScalarFunction, inputs: readonly View[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const at = coordinatesText(groups[0]!, 'i', 'c', slots);
  const body = bodyText(f, 0, inputs, bindings.inputs, bindings, lines, at.names, slots);
  const stores = body.roots.map((root, k) => {
    const place = bindings.outputs[k]!;
    return `s${place}[${slots.next()} + i] = ${storedText(root, f.roots[k]!.dtype, bindings.storages[place]!.dtype)};`;
  });
  return assemble({ operation: 'map', bindings, slots, globals: body.loads, main: [...elementText, ...at.lines, ...body.lines, ...stores] });
}
