import { sizeOf, type Target, type View } from '@nn/tensor/backend';
import { boundsSignature, linesPerView, loadText, pushLoad } from './access.ts';
import { Bindings } from './bindings.ts';
import { castText, storedText, types } from './dialect.ts';
import type { Engine } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { type Line, linesOf, reordered, signature, type Walk, walk } from './walk.ts';

/** `output[i, j, ..] = source[index[i, j, ..], j, ..]` (for axis 0), 0 where the index is out of range. */
export function gather(engine: Engine, source: View, index: View, axis: number, output: Target): void {
  const { shape } = index;
  const rank = shape.length;
  const axes = shape.map((_, i) => i);
  // What the index picks is a coordinate of its own, after those of the result.
  const picked = (line: Line): Line => reordered(line, [...axes.map((i) => (i === axis ? -1 : i)), axis]);
  const steps = walk([shape, [source.shape[axis]!]], [...linesOf(index).map((line) => reordered(line, [...axes, rank])), ...linesOf(source).map(picked)]);
  const views = [index, source];
  const bindings = new Bindings(views, [output]);
  const size = sizeOf(shape);
  const values = engine.values.restarted();
  pushSizes(steps.groups[0]!, values);
  values.push(source.shape[axis]!);
  const { perView } = linesPerView(views, steps.lines);
  for (const [i, view] of views.entries()) pushLoad(view, perView[i]!, values);
  values.push(output.offset);
  engine.run({
    family: 'gather', variant: `${signature(steps)}|${boundsSignature(views)}|${bindings.signature}`, build: () => gatherKernel(views, steps, bindings),
    bindings, values, total: size, groups: Math.ceil(size / THREADS),
  });
}

function gatherKernel(views: readonly View[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const at = coordinatesText(groups[0]!, 'i', 'c', slots);
  const range = slots.next();
  const { perView } = linesPerView(views, lines);
  const [from, to] = [bindings.inputs.map((place) => bindings.storages[place]!), bindings.storages[bindings.outputs[0]!]!];
  const names = [...at.names, ...groups[1]!.map(() => 'at')];
  const loads = ['index', 'source'].map((name, i) => loadText(name, bindings.inputs[i]!, from[i]!, perView[i]!, i === 0 ? at.names : names, slots));
  return assemble({
    operation: 'gather', bindings, slots, globals: loads,
    main: [
      ...elementText, ...at.lines,
      `let at = u32(${castText(`index(${at.names.join(', ')})`, from[0]!.dtype, 'int32')});`,
      `var value = ${types[from[1]!.dtype]!}();`,
      `if (at < ${range}) { value = source(${names.join(', ')}); }`,
      `s${bindings.outputs[0]!}[${slots.next()} + i] = ${storedText('value', from[1]!.dtype, to.dtype)};`,
    ],
  });
}
