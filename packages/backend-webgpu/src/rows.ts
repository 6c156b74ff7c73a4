/** Functions of rows: their reductions in passes and their results, in one kernel; a row is the work of a workgroup, or of a few of its threads. */
import { contiguous, type RowFunction, type ScalarFunction, type Shape, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { boundsSignature, linesPerView, loadText, pushAddress, pushLoad, storeText } from './access.ts';
import type { Bindings } from './bindings.ts';
import { functionText, indexAxes, inputsRead, rootType } from './body.ts';
import { combine, type Share, shareOf, shareText, treeText } from './combine.ts';
import { castText, types } from './dialect.ts';
import type { Engine, Work } from './engine.ts';
import { assemble, type Kernel } from './kernel.ts';
import { coordinatesText, lineText, pushLine, pushSizes, pushUniforms, Slots, uniformsText } from './params.ts';
import { type Line, linesOf, reordered, signature, walk, type Walk } from './walk.ts';

export function rows(engine: Engine, f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
  engine.run({
    verb: 'rows', functions: [f], operands: [...inputs, ...outputs], numbers: uniforms, form: [axes.length, ...axes, ...shape],
    work: () => rowsWork(engine, f, inputs, outputs, shape, axes),
  });
}

function rowsWork(engine: Engine, f: RowFunction, inputs: readonly View[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): Work {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const sizes = (of: readonly number[]) => of.map((axis) => shape[axis]!);
  const [count, run] = [sizeOf(sizes(kept)), sizeOf(sizes(axes))];
  const places = placesOf(f);
  const whole = outputs.filter((_, k) => !f.rowOutputs[k]);
  const steps = walk([sizes(kept), sizes(axes)], [
    ...inputs.flatMap(linesOf).map((line) => reordered(line, order)),
    ...places.map((axis): Line => ({ offset: 0, strides: order.map((at) => +(at === axis)) })),
    ...whole.map(() => reordered(contiguous(shape), order)),
  ]);
  const bindings = engine.bind(inputs, outputs);
  const share = shareOf(shape, axes, count, run);
  const { perView, rest } = linesPerView(inputs, steps.lines);
  const values = engine.values.restarted();
  values.push(run);
  for (const group of steps.groups) pushSizes(group, values);
  for (const [i, view] of inputs.entries()) pushLoad(view, perView[i]!, values);
  for (const line of rest.slice(0, places.length)) pushLine(line, values);
  pushUniforms(f.uniforms, values);
  let next = places.length;
  for (const ofRow of f.rowOutputs) {
    if (ofRow) values.pushBase();
    else pushAddress(rest[next++]!, values);
  }
  return {
    family: `rows ${share.lanes} ${share.width} ${share.along} ${f.key}`, variant: `${signature(steps)}|${boundsSignature(inputs)}|${bindings.signature}`,
    build: () => rowsKernel(share, f, inputs, places, steps, bindings), facts: () => `[${shape.join(', ')}] over axes ${axes.join(', ')}`,
    bindings, values, total: count, groups: Math.ceil(count / share.width),
  };
}

const functionsOf = (f: RowFunction): ScalarFunction[] => [...f.stages.map((stage) => stage.function), f.outputs];
/** The axes whose coordinates any of its parts reads. */
const placesOf = (f: RowFunction): number[] => [...new Set(functionsOf(f).flatMap(indexAxes))];

function rowsKernel(share: Share, f: RowFunction, inputs: readonly View[], places: readonly number[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const run = slots.next();
  const result = coordinatesText(groups[0]!, 'i', 'c', slots);
  const member = coordinatesText(groups[1]!, 'r', 'd', slots);
  const coordinates = [...result.names, ...member.names];
  const { perView, rest } = linesPerView(inputs, lines);
  const loads = inputs.map((_, i) => loadText(`load${i}`, bindings.inputs[i]!, perView[i]!, coordinates, slots));
  const index = places.map((_, i) => lineText(rest[i]!, coordinates, slots));
  const uniforms = uniformsText(f.uniforms, slots);
  let next = places.length;
  const targets = f.rowOutputs.map((ofRow) => (ofRow ? `${slots.next()} + i` : lineText(rest[next++]!, coordinates, slots)));
  const { lanes, width, along } = share;
  const threads = lanes * width;

  /** A part at the current element; what it does not mention is not read. */
  const call = (name: string, part: ScalarFunction): string => {
    const read = new Set(inputsRead(part));
    const operand = (i: number): string => {
      const type = part.inputs[i]!;
      if (!read.has(i)) return `${types[type]!}()`;
      return i < inputs.length ? castText(`load${i}(${coordinates.join(', ')})`, inputs[i]!.storage.dtype, type) : `s${i - inputs.length}`;
    };
    return `${name}(${[...part.inputs.map((_, i) => operand(i)), ...indexAxes(part).map((axis) => `i32(${index[places.indexOf(axis)]!})`)].join(', ')})`;
  };
  const loop = (body: readonly string[]) => ['if (i < p[0].y) {', `  for (var r = lane; r < ${run}; r += ${lanes}u) {`, ...[...member.lines, ...body].map((line) => `    ${line}`), '  }', '}'];
  const partOf = (type: string) => `part_${type}`;

  const passes = [...new Set(f.stages.map(({ pass }) => pass))].flatMap((pass) => {
    const stages = f.stages.flatMap((stage, s) => (stage.pass === pass ? [{ s, ...stage, ...combine(stage.kind, rootType(stage.function)), type: types[rootType(stage.function)]! }] : []));
    return [
      ...stages.map(({ s, start }) => `var all${s} = ${start};`),
      ...loop(stages.map(({ s, function: part, step }) => `all${s} = ${step(`all${s}`, `${call(`stage${s}`, part)}.r0`)};`)),
      ...stages.flatMap(({ s, step, type }) => lanes === 1 ? [`let s${s} = all${s};`] : [
        ...treeText(share, partOf(type), `all${s}`, step),
        'workgroupBarrier();', `let s${s} = ${partOf(type)}[${along ? `row * ${lanes}u` : 'row'}];`, 'workgroupBarrier();',
      ]),
    ];
  });
  const store = (ofRow: boolean) => f.outputs.roots.flatMap(({ dtype }, k) => (f.rowOutputs[k] === ofRow ? [storeText(bindings.outputs[k]!, targets[k]!, `y.r${k}`, dtype)] : []));
  const [each, once] = [store(false), store(true)];
  return assemble({
    operation: 'rows', bindings, slots, threads,
    globals: [
      ...loads, ...f.stages.map((stage, s) => functionText(`stage${s}`, stage.function, uniforms)), functionText('results', f.outputs, uniforms),
      ...(lanes === 1 ? [] : [...new Set(f.stages.map((stage) => types[rootType(stage.function)]!))].map((type) => `var<workgroup> ${partOf(type)}: array<${type}, ${threads}>;`)),
    ],
    main: [
      ...shareText(share), `let i = group * ${width}u + row;`, ...result.lines, ...passes,
      ...(each.length > 0 ? loop([`let y = ${call('results', f.outputs)};`, ...each]) : []),
      ...(once.length > 0 ? ['if (i < p[0].y && lane == 0u) {', '  let r = 0u;', ...member.lines.map((line) => `  ${line}`), `  let y = ${call('results', f.outputs)};`, ...once.map((line) => `  ${line}`), '}'] : []),
    ],
  });
}
