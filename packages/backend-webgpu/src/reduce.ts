import { contiguous, type Epilogue, identity, type Reduction, type ScalarFunction, type Shape, sizeOf, type Target, type View, viewOf } from '@nn/tensor/backend';
import { storeText } from './access.ts';
import type { Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, pushBody, rootType } from './body.ts';
import { combine, FEW, type Share, shareOf, shareText, treeText } from './combine.ts';
import { types } from './dialect.ts';
import type { Engine, Work } from './engine.ts';
import { assemble, type Kernel } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { reordered, walk, type Walk } from './walk.ts';

/** A run of more than two spans is cut into spans where there are few results, so that many workgroups share the work. */
const SPAN = 8192;

/** A reduction, and what is done to each result before it is written. */
export interface Reduce {
  readonly kind: Reduction;
  readonly function: ScalarFunction;
  readonly inputs: readonly View[];
  readonly uniforms: readonly number[];
  readonly shape: Shape;
  readonly axes: readonly number[];
  /** One, or one for each root of the epilogue. */
  readonly outputs: readonly Target[];
  /** Its views have the shape of the result: that of the axes not reduced. */
  readonly epilogue?: Epilogue | undefined;
}

/** Reduces over `axes`. The order of additions depends on shapes only. */
export function reduce(engine: Engine, work: Reduce): void {
  const { kind, function: f, shape, axes, epilogue, outputs } = work;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const results = sizeOf(kept.map((axis) => shape[axis]!));
  const run = sizeOf(axes.map((axis) => shape[axis]!));
  const spans = results <= FEW && run > 2 * SPAN ? Math.ceil(run / SPAN) : 1;
  if (spans === 1) {
    reduceRuns(engine, work, kept, results, run, 1);
    return;
  }
  const dtype = rootType(f) === 'float16' ? 'float32' : rootType(f);
  const partial = engine.allocate(dtype, results * spans);
  reduceRuns(engine, { ...work, outputs: [{ storage: partial, offset: 0 }], epilogue: undefined }, kept, results, run, spans);
  const wide = [...kept.map((axis) => shape[axis]!), spans];
  reduce(engine, { kind, function: identity(dtype), inputs: [viewOf(partial, contiguous(wide))], uniforms: [], shape: wide, axes: [kept.length], outputs, epilogue });
  engine.free(partial);
}

function reduceRuns(engine: Engine, of: Reduce, kept: readonly number[], results: number, run: number, spans: number): void {
  const { kind, function: f, inputs, uniforms, shape, axes, outputs, epilogue } = of;
  engine.run({
    verb: kind, functions: [f, epilogue?.function], operands: [...inputs, ...(epilogue?.inputs ?? []), ...outputs], numbers: epilogue ? [...uniforms, ...epilogue.uniforms] : uniforms,
    form: [spans, inputs.length, axes.length, ...axes, ...shape], work: () => reduceWork(engine, of, kept, results, run, spans),
  });
}

function reduceWork(engine: Engine, { kind, function: f, inputs, shape, axes, outputs, epilogue }: Reduce, kept: readonly number[], results: number, run: number, spans: number): Work {
  const sizes = (of: readonly number[]) => of.map((axis) => shape[axis]!);
  const extra = epilogue?.inputs ?? [];
  const after = epilogue ? functionLines(epilogue.function, extra, [...kept.keys()]).map((line) => reordered(line, [...kept.keys(), ...axes.map(() => -1)])) : [];
  const body = functionLines(f, inputs, [...kept, ...axes]);
  const steps = walk([sizes(kept), sizes(axes)], [...body, ...after]);
  const bindings = engine.bind([...inputs, ...extra], outputs);
  const total = results * spans;
  const share = shareOf(shape, axes, total, Math.ceil(run / spans));
  const values = engine.values.restarted();
  values.push(run, spans, Math.ceil(run / spans));
  for (const group of steps.groups) pushSizes(group, values);
  pushBody(f, inputs, steps.lines.slice(0, body.length), values);
  if (epilogue) pushBody(epilogue.function, extra, steps.lines.slice(body.length), values);
  for (const _ of outputs) values.pushBase();
  return {
    family: `${kind} ${share.lanes} ${share.width} ${share.along} ${f.key} ${epilogue?.function.key ?? ''}`, variant: bodySignature([...inputs, ...extra], steps, bindings),
    build: () => reduceKernel(kind, share, f, inputs, epilogue, steps, body.length, bindings, engine.subgroups),
    facts: () => `[${shape.join(', ')}] over axes ${axes.join(', ')}`, bindings, values, total, groups: Math.ceil(total / share.width),
  };
}

function reduceKernel(
  kind: Reduction, share: Share, f: ScalarFunction, inputs: readonly View[], epilogue: Epilogue | undefined, { groups, lines }: Walk, own: number, bindings: Bindings, subgroups: boolean,
): Kernel {
  const dtype = rootType(f);
  const { start, step } = combine(kind, dtype);
  const slots = new Slots();
  const [run, spans, span] = [slots.next(), slots.next(), slots.next()];
  const result = coordinatesText(groups[0]!, 'o', 'c', slots);
  const member = coordinatesText(groups[1]!, 'r', 'd', slots);
  const body = bodyText('value', f, 0, inputs, bindings.inputs, lines.slice(0, own), [...result.names, ...member.names], slots);
  // Lines of the epilogue do not mention the members' coordinates, which are taken as 0.
  const after = epilogue && bodyText('finish', epilogue.function, 1, epilogue.inputs, bindings.inputs.slice(inputs.length), lines.slice(own), [...result.names, ...member.names], slots);
  const store = (code: string): string[] => after
    ? [`let x0 = ${code};`, ...member.names.map((name) => `let ${name} = 0u;`), `let y = ${after.call};`, ...bindings.outputs.map((to, k) => storeText(to, `${slots.next()} + i`, `y.r${k}`, rootType(epilogue.function, k)))]
    : [storeText(bindings.outputs[0]!, `${slots.next()} + i`, code, dtype)];
  const { lanes, width } = share;
  const threads = lanes * width;
  // Sums of one result by the whole workgroup; subgroups are free to group threads as they like.
  const direct = subgroups && width === 1 && lanes > 1 && kind === 'sum' && dtype !== 'bool';
  const loop = [...member.lines, `all = ${step('all', `${body.call}.r0`)};`].map((line) => `    ${line}`);
  return assemble({
    operation: kind, bindings, slots, threads, enable: direct ? ['subgroups'] : [],
    builtins: direct ? ['@builtin(subgroup_invocation_id) rank: u32', '@builtin(subgroup_id) crew: u32', '@builtin(num_subgroups) crews: u32'] : [],
    globals: [...body.globals, ...(after?.globals ?? []), ...(lanes > 1 ? [`var<workgroup> part: array<${types[dtype]!}, ${threads}>;`] : [])],
    main: [
      ...shareText(share), `let i = group * ${width}u + row;`, `let o = i / ${spans};`, ...result.lines,
      `var all = ${start};`,
      'if (i < p[0].y) {',
      `  let first = i % ${spans} * ${span};`, `  let end = min(first + ${span}, ${run});`,
      `  for (var r = first + lane; r < end; r += ${lanes}u) {`, ...loop, '  }',
      '}',
      ...(lanes === 1 ? [] : direct
        ? ['let crew_sum = subgroupAdd(all);', 'if (rank == 0u) { part[crew] = crew_sum; }', 'workgroupBarrier();', 'if (local > 0u) { return; }', 'all = part[0];', 'for (var k = 1u; k < crews; k++) { all += part[k]; }']
        : [...treeText(share, 'part', 'all', step), 'all = part[local];']),
      'if (i >= p[0].y || lane > 0u) { return; }',
      ...store('all'),
    ],
  });
}
