import { type ScalarFunction, type Shape, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { kept, linesPerView, pushAddress, seenText, storeText } from './access.ts';
import { baseOf, type Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, functionText, indexAxes, pushBody } from './body.ts';
import { castText } from './dialect.ts';
import type { Engine } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { coordinatesText, lineText, pushLine, pushSizes, pushUniforms, Slots } from './params.ts';
import { walk, type Walk } from './walk.ts';

/** `outputs[k][i] = f(inputs[..][i])`, a thread an element, or four where memory is read and written in fours. Each thread reads all before it writes, so that an output may be an input of identical layout. */
export function map(engine: Engine, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
  const steps = walk([shape], functionLines(f, inputs, shape.map((_, axis) => axis)));
  const bindings = engine.bind(inputs, outputs);
  const size = sizeOf(shape);
  const fours = inFours(steps, inputs, outputs);
  const total = fours ? size / 4 : size;
  const values = engine.values.restarted();
  pushSizes(steps.groups[0]!, values);
  if (fours) {
    for (const [i, view] of inputs.entries()) pushAddress(view, steps.lines[i]!, values);
    for (const line of steps.lines.slice(inputs.length)) pushLine(line, values);
    pushUniforms(f, uniforms, values);
  } else pushBody(f, inputs, uniforms, steps.lines, values);
  for (const { storage, offset } of outputs) values.push(baseOf(storage) + offset);
  engine.run({
    family: `map ${f.key}`, variant: `${fours ?? ''}${bodySignature(inputs, steps, bindings)}`, build: () => (fours ? foursKernel(f, fours, inputs, steps, bindings) : mapKernel(f, inputs, steps, bindings)),
    facts: () => `[${shape.join(', ')}]`, bindings, values, total, groups: Math.ceil(total / THREADS),
  });
}

/** How each input is read where all can be taken four elements at a time: `4` from a whole four, `1` the same element for all. Undefined where they cannot. */
function inFours({ groups, lines }: Walk, inputs: readonly View[], outputs: readonly Target[]): string | undefined {
  const inner = groups[0]!.at(-1) ?? 1;
  if (inner % 4 !== 0 || outputs.some(({ storage, offset }) => offset % 4 !== 0 || storage.dtype === 'float16')) return undefined;
  let forms = '';
  for (const [i, { bounds, storage }] of inputs.entries()) {
    const { offset, strides } = lines[i]!;
    if (bounds.length > 0 || storage.dtype === 'float16') return undefined;
    if (strides.at(-1) === 0) forms += '1';
    else if (strides.at(-1) === 1 && offset % 4 === 0 && strides.slice(0, -1).every((stride) => stride % 4 === 0)) forms += '4';
    else return undefined;
  }
  return forms;
}

function mapKernel(f: ScalarFunction, inputs: readonly View[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const at = coordinatesText(groups[0]!, 'i', 'c', slots);
  const body = bodyText('value', f, 0, inputs, bindings.inputs, lines, at.names, slots);
  const stores = f.roots.map(({ dtype }, k) => storeText(bindings.outputs[k]!, `${slots.next()} + i`, `y.r${k}`, dtype));
  return assemble({
    operation: 'map', arenas: bindings.arenas.length, slots, globals: body.globals,
    main: [...elementText, ...at.lines, `let y = ${body.call};`, ...stores],
  });
}

function foursKernel(f: ScalarFunction, forms: string, inputs: readonly View[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const at = coordinatesText(groups[0]!, 'e', 'c', slots);
  const { perView, rest } = linesPerView(inputs, lines);
  const reads = inputs.map((_, i) => {
    const { arena } = bindings.inputs[i]!;
    const place = lineText(perView[i]![0]!, at.names, slots);
    return forms[i] === '4' ? [`let q${i} = m${arena}[(${place}) >> 2u];`] : [`let p${i} = ${place};`, `let q${i} = vec4<u32>(m${arena}[p${i} >> 2u][p${i} & 3u]);`];
  });
  const axes = indexAxes(f).map((_, i) => ({ first: lineText(rest[i]!, at.names, slots), step: rest[i]!.strides.at(-1) !== 0 }));
  const text = functionText('value', f, slots);
  const call = (j: number) => `value(${[
    ...inputs.map(({ storage: { dtype } }, i) => castText(seenText(`q${i}[${j}]`, dtype), dtype, f.inputs[i]!)),
    ...axes.map(({ step }, i) => `i32(j${i}${step ? ` + ${j}u * d${i}` : ''})`),
  ].join(', ')})`;
  return assemble({
    operation: 'map', arenas: bindings.arenas.length, slots, grain: 'fours', globals: [text],
    main: [
      ...elementText, 'let e = i * 4u;', ...at.lines, ...reads.flat(),
      ...axes.flatMap(({ first, step }, i) => [`let j${i} = ${first};`, ...(step ? [`let d${i} = ${stepOf(first)};`] : [])]),
      ...[0, 1, 2, 3].map((j) => `let y${j} = ${call(j)};`),
      ...f.roots.map(({ dtype }, k) => {
        const to = bindings.outputs[k]!;
        return `m${to.arena}[(${slots.next()} + e) >> 2u] = vec4<u32>(${[0, 1, 2, 3].map((j) => kept(`y${j}.r${k}`, dtype, to.dtype)).join(', ')});`;
      }),
    ],
  });
}

/** The slot of the innermost stride in the text of a line: the last factor. */
const stepOf = (line: string): string => line.slice(line.lastIndexOf('* ') + 2);
