import { sizeOf, type Target, type View } from '@nn/tensor/backend';
import { boundsSignature, linesPerView, loadText, pushLoad, storeText } from './access.ts';
import type { Bindings } from './bindings.ts';
import { castText, types } from './dialect.ts';
import type { Engine, Work } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { type Line, linesOf, reordered, signature, type Walk, walk } from './walk.ts';

/** `output[i, j, ..] = source[index[i, j, ..], j, ..]` (for axis 0), 0 where the index is out of range. */
export function gather(engine: Engine, source: View, index: View, axis: number, output: Target): void {
  engine.run({ verb: 'gather', functions: [], operands: [index, source, output], numbers: [], form: [axis], work: () => gatherWork(engine, source, index, axis, output) });
}

function gatherWork(engine: Engine, source: View, index: View, axis: number, output: Target): Work {
  const { shape } = index;
  const rank = shape.length;
  const axes = shape.map((_, i) => i);
  // What the index picks is a coordinate of its own, after those of the result.
  const picked = (line: Line): Line => reordered(line, [...axes.map((i) => (i === axis ? -1 : i)), axis]);
  const steps = walk([shape, [source.shape[axis]!]], [...linesOf(index).map((line) => reordered(line, [...axes, rank])), ...linesOf(source).map(picked)]);
  const views = [index, source];
  const bindings = engine.bind(views, [output]);
  const size = sizeOf(shape);
  const values = engine.values.restarted();
  pushSizes(steps.groups[0]!, values);
  values.push(source.shape[axis]!);
  const { perView } = linesPerView(views, steps.lines);
  for (const [i, view] of views.entries()) pushLoad(view, perView[i]!, values);
  values.pushBase();
  return {
    family: 'gather', variant: `${signature(steps)}|${boundsSignature(views)}|${bindings.signature}`, build: () => gatherKernel(steps, views, bindings),
    facts: () => `[${source.shape.join(', ')}] at [${shape.join(', ')}]`, bindings, values, total: size, groups: Math.ceil(size / THREADS),
  };
}

function gatherKernel({ groups, lines }: Walk, views: readonly View[], bindings: Bindings): Kernel {
  const slots = new Slots();
  const at = coordinatesText(groups[0]!, 'i', 'c', slots);
  const range = slots.next();
  const { perView } = linesPerView(views, lines);
  const [index, source] = bindings.inputs as [Bindings['inputs'][0], Bindings['inputs'][0]];
  const names = [...at.names, ...groups[1]!.map(() => 'at')];
  const loads = [loadText('index', index, perView[0]!, at.names, slots), loadText('source', source, perView[1]!, names, slots)];
  return assemble({
    operation: 'gather', bindings, slots, globals: loads,
    main: [
      ...elementText, ...at.lines,
      `let at = u32(${castText(`index(${at.names.join(', ')})`, index.dtype, 'int32')});`,
      `var value = ${types[source.dtype]!}();`,
      `if (at < ${range}) { value = source(${names.join(', ')}); }`,
      storeText(bindings.outputs[0]!, `${slots.next()} + i`, 'value', source.dtype),
    ],
  });
}
