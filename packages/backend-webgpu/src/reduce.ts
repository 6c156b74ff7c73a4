import { contiguous, identity, type DType, type Reduction, type ScalarFunction, type Shape, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, pushBody } from './body.ts';
import { storedText, types } from './dialect.ts';
import type { Engine } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { walk, type Walk } from './walk.ts';

/** Runs up to here are one thread's work, longer ones a workgroup's. */
const SHORT = 64;
/** A run of more than two spans is cut into spans where there are few results, so that many workgroups share the work. */
const SPAN = 8192;
const FEW = 64;

/** Reduces `f` over `axes`. The order of additions depends on shapes only. */
export function reduce(
  engine: Engine, kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target,
): void {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sizes = (of: readonly number[]) => of.map((axis) => shape[axis]!);
  const results = sizeOf(sizes(kept));
  const run = sizeOf(sizes(axes));
  const spans = results <= FEW && run > 2 * SPAN ? Math.ceil(run / SPAN) : 1;
  if (spans > 1) {
    const dtype = f.roots[0]!.dtype;
    const partial = engine.allocate(dtype, results * spans);
    reduceRuns({ storage: partial, offset: 0 }, spans);
    reduce(engine, kind, identity(dtype), [{ storage: partial, ...contiguous([results, spans]) }], [], [results, spans], [1], output);
    engine.free(partial);
  } else reduceRuns(output, 1);

  function reduceRuns(to: Target, spans: number): void {
    const steps = walk([sizes(kept), sizes(axes)], functionLines(f, inputs, [...kept, ...axes]));
    const bindings = new Bindings(inputs, [to]);
    const values = engine.values.restarted();
    const form = run <= SHORT ? 'thread' : 'workgroup';
    const total = results * spans;
    values.push(run, ...(form === 'thread' ? [] : [spans, Math.ceil(run / spans)]));
    for (const group of steps.groups) pushSizes(group, values);
    pushBody(f, inputs, uniforms, steps.lines, values);
    values.push(to.offset);
    engine.run({
      family: `${kind} ${form} ${f.key}`, variant: bodySignature(inputs, steps, bindings), build: () => reduceKernel(kind, form, f, inputs, steps, bindings),
      bindings, values, total, groups: form === 'thread' ? Math.ceil(total / THREADS) : total,
    });
  }
}

/** How values of one dtype are combined: the neutral start, and a step. */
function combine(kind: Reduction, dtype: DType): { readonly start: string; readonly step: (a: string, b: string) => string } {
  const infix = (start: string, symbol: string) => ({ start, step: (a: string, b: string) => `${a} ${symbol} ${b}` });
  const call = (start: string, name: string) => ({ start, step: (a: string, b: string) => `${name}(${a}, ${b})` });
  if (dtype === 'bool') return kind === 'sum' || kind === 'max' ? infix('false', '|') : infix('true', '&');
  const type = types[dtype]!;
  switch (kind) {
    case 'sum': return infix(`${type}(0)`, '+');
    case 'prod': return infix(`${type}(1)`, '*');
    case 'max': return dtype === 'float32' ? call('-inf_f32()', 'max_f32') : call(dtype === 'int32' ? 'i32(-2147483648)' : '0u', 'max');
    case 'min': return dtype === 'float32' ? call('inf_f32()', 'min_f32') : call(dtype === 'int32' ? '2147483647i' : '4294967295u', 'min');
  }
}

function reduceKernel(kind: Reduction, form: 'thread' | 'workgroup', f: ScalarFunction, inputs: readonly View[], { groups, lines }: Walk, bindings: Bindings): Kernel {
  const { dtype } = f.roots[0]!;
  const { start, step } = combine(kind, dtype);
  const slots = new Slots();
  const run = slots.next();
  const [spans, span] = form === 'thread' ? ['', ''] : [slots.next(), slots.next()];
  const result = coordinatesText(groups[0]!, 'o', 'c', slots);
  const member = coordinatesText(groups[1]!, 'r', 'd', slots);
  const body = bodyText(f, 0, inputs, bindings.inputs, bindings, lines, [...result.names, ...member.names], slots);
  const [to] = bindings.outputs as [number];
  const store = (code: string, at: string) => `s${to}[${slots.next()} + ${at}] = ${storedText(code, dtype, bindings.storages[to]!.dtype)};`;
  const loop = [...member.lines, ...body.lines, `all = ${step('all', body.roots[0]!)};`].map((line) => `  ${line}`);
  if (form === 'thread') {
    return assemble({
      operation: kind, bindings, slots, globals: body.loads,
      main: [
        ...elementText, 'let o = i;', ...result.lines, `var all = ${start};`,
        `for (var r = 0u; r < ${run}; r++) {`, ...loop, '}', store('all', 'i'),
      ],
    });
  }
  return assemble({
    operation: kind, bindings, slots, globals: [...body.loads, `var<workgroup> part: array<${types[dtype]!}, ${THREADS}>;`],
    main: [
      'if (group >= p[0].y) { return; }',
      `let o = group / ${spans};`, ...result.lines,
      `let first = group % ${spans} * ${span};`, `let end = min(first + ${span}, ${run});`,
      `var all = ${start};`, `for (var r = first + local; r < end; r += ${THREADS}u) {`, ...loop, '}',
      'part[local] = all;',
      `for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {`,
      '  workgroupBarrier();',
      `  if (local < half) { part[local] = ${step('part[local]', 'part[local + half]')}; }`,
      '}',
      `if (local == 0u) { ${store('part[0]', 'group')} }`,
    ],
  });
}
