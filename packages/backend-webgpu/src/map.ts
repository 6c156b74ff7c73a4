import { type MapCall, type ScalarFunction, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { kept, linesPerView, pushAddress, seenText, storeText, unitOf } from './access.ts';
import type { Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, functionText, indexAxes, pushBody } from './body.ts';
import { castText } from './dialect.ts';
import type { Engine } from './engine.ts';
import { assemble, type Kernel, type Parts, THREADS } from './kernel.ts';
import { coordinatesText, lineText, pushLine, pushSizes, pushUniforms, Slots, uniformsText, type Values } from './params.ts';
import type { Operand } from './plans.ts';
import { PARAMS } from './recorder.ts';
import { walk, type Walk } from './walk.ts';

/** One call, ready to be recorded. */
interface Prepared {
  readonly call: MapCall;
  readonly steps: Walk;
  readonly bindings: Bindings;
  /** How each input is read where all can be taken four elements at a time, see {@link inFours}. */
  readonly fours: string | undefined;
  /** Calls of equal variants share a kernel. */
  readonly variant: string;
  /** Threads. */
  readonly total: number;
}

/** `outputs[k][i] = f(inputs[..][i])`, a thread an element, or four where memory is read and written in fours. Each thread reads all before it writes, so that an output may be an input of identical layout. */
export function map(engine: Engine, f: ScalarFunction, call: MapCall): void {
  const { inputs, uniforms, outputs, shape } = call;
  engine.run({
    verb: 'map', functions: [f], operands: [...inputs, ...outputs], numbers: uniforms, form: shape,
    work() {
      const prepared = prepare(engine, f, call);
      const { steps, bindings, fours, variant, total } = prepared;
      const values = engine.values.restarted();
      pushCall(f, prepared, values);
      return {
        family: `map ${f.key}`, variant, build: () => mapKernel(f, inputs, steps, bindings, fours),
        facts: () => `[${shape.join(', ')}]`, bindings, values, total, groups: Math.ceil(total / THREADS),
      };
    },
  });
}

/** Several maps, in one dispatch for all calls on the same kind of layouts in the same arenas: a table says which workgroups do which call. */
export function mapEach(engine: Engine, f: ScalarFunction, calls: readonly MapCall[]): void {
  const groups = engine.chosen({ verb: 'groups', functions: [f], operands: operandsOf(calls), form: formOf(calls) }, () => grouped(engine, f, calls));
  for (const group of groups) {
    const same = group.map((i) => calls[i]!);
    if (same.length === 1) map(engine, f, same[0]!);
    else mapTable(engine, f, same);
  }
}

const operandsOf = (calls: readonly MapCall[]): Operand[] => calls.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
const formOf = (calls: readonly MapCall[]): number[] => calls.flatMap(({ shape }) => [shape.length, ...shape]);

/** Which calls go together: as many as the parameters of a kernel have room for. */
function grouped(engine: Engine, f: ScalarFunction, calls: readonly MapCall[]): number[][] {
  const kinds = new Map<string, { readonly members: number[][]; room: number }>();
  for (const [i, call] of calls.entries()) {
    const prepared = prepare(engine, f, call);
    const kind = `${prepared.variant} ${prepared.bindings.arenas.map(({ id }) => id).join()}`;
    const values = engine.values.restarted();
    pushEntry(f, prepared, 0, values);
    const size = values.vectors;
    const found = kinds.get(kind);
    if (found && found.room >= size) {
      found.members.at(-1)!.push(i);
      found.room -= size;
    } else kinds.set(kind, { members: [...(found?.members ?? []), [i]], room: PARAMS[1] / 16 - 2 * size });
  }
  return [...kinds.values()].flatMap(({ members }) => members);
}

function pushEntry(f: ScalarFunction, prepared: Prepared, group: number, values: Values): void {
  values.align();
  values.push(group, prepared.total);
  pushCall(f, prepared, values);
}

function mapTable(engine: Engine, f: ScalarFunction, calls: readonly MapCall[]): void {
  engine.run({
    verb: 'maps', functions: [f], operands: operandsOf(calls), numbers: calls.flatMap(({ uniforms }) => uniforms), form: formOf(calls),
    work() {
      const prepared = calls.map((call) => prepare(engine, f, call));
      const [{ steps, bindings, fours, variant }] = prepared as [Prepared];
      const values = engine.values.restarted();
      let groups = 0;
      for (const one of prepared) {
        pushEntry(f, one, groups, values);
        groups += Math.ceil(one.total / THREADS);
      }
      const wide = values.vectors * 16 > PARAMS[0];
      return {
        family: `maps ${f.key}`, variant: `${wide} ${variant}`, build: () => mapKernel(f, calls[0]!.inputs, steps, bindings, fours, PARAMS[wide ? 1 : 0] / 16),
        facts: () => calls.map(({ shape }) => `[${shape.join(', ')}]`).join(', '), bindings, values, total: calls.length, groups,
      };
    },
  });
}

function prepare(engine: Engine, f: ScalarFunction, call: MapCall): Prepared {
  const { inputs, outputs, shape } = call;
  const steps = walk([shape], functionLines(f, inputs, shape.map((_, axis) => axis)));
  const bindings = engine.bind(inputs, outputs);
  const size = sizeOf(shape);
  const fours = inFours(steps, inputs, outputs, size);
  return { call, steps, bindings, fours, variant: `${fours === undefined ? 'words' : `fours ${fours}`} ${bodySignature(inputs, steps, bindings)}`, total: fours === undefined ? size : Math.ceil(size / 4) };
}

function pushCall(f: ScalarFunction, { call: { inputs, outputs }, steps: { groups, lines }, fours }: Prepared, values: Values): void {
  pushSizes(groups[0]!, values);
  if (fours === undefined) pushBody(f, inputs, lines, values);
  else {
    for (const i of inputs.keys()) pushAddress(lines[i]!, values);
    for (const line of lines.slice(inputs.length)) pushLine(line, values);
    pushUniforms(f.uniforms, values);
  }
  for (const _ of outputs) values.pushBase();
}

/**
 * How each input is read where all can be taken four elements at a time: `4` from a whole four, `1` the same element for all. Undefined where they cannot.
 * The last four may reach beyond the end of a storage, since its block does.
 */
function inFours({ groups, lines }: Walk, inputs: readonly View[], outputs: readonly Target[], size: number): string | undefined {
  const sizes = groups[0]!;
  const whole = sizes.length > 0 && (sizes.at(-1)! % 4 === 0 || (sizes.length === 1 && outputs.every(({ storage, offset }) => offset + size === storage.length)));
  if (!whole || outputs.some(({ offset }) => offset % 4 !== 0)) return undefined;
  let forms = '';
  for (const [i, { bounds }] of inputs.entries()) {
    const { offset, strides } = lines[i]!;
    if (bounds.length > 0) return undefined;
    if (strides.at(-1) === 0) forms += '1';
    else if (strides.at(-1) === 1 && offset % 4 === 0 && strides.slice(0, -1).every((stride) => stride % 4 === 0)) forms += '4';
    else return undefined;
  }
  return forms;
}

/** With `table`, the length of the array of parameters, there is a set of them for each call. */
function mapKernel(f: ScalarFunction, inputs: readonly View[], steps: Walk, bindings: Bindings, fours: string | undefined, table = 0): Kernel {
  const slots = new Slots(table ? 'entry' : '');
  const at = coordinatesText(steps.groups[0]!, fours === undefined ? 'i' : 'e', 'c', slots);
  const { globals, main } = fours === undefined ? elementwise(f, inputs, steps, bindings, at.names, slots) : inQuartets(f, fours, inputs, steps, bindings, at.names, slots);
  const all: Pick<Parts, 'operation' | 'bindings' | 'grain'> = { operation: 'map', bindings, grain: fours === undefined ? 'words' : 'fours' };
  const place = fours === undefined ? at.lines : ['let e = i * 4u;', ...at.lines];
  if (!table) {
    return assemble({ ...all, slots, globals, main: [`let i = group * ${THREADS}u + local;`, 'if (i >= p[0].y) { return; }', ...place, ...main] });
  }
  return assemble({
    ...all, slots: { vectors: table }, globals: ['var<private> entry: u32;', ...globals],
    main: [
      // The last set that begins at or before this workgroup.
      'var low = 0u;', 'var high = p[0].y;',
      `while (high - low > 1u) { let middle = (low + high) / 2u; if (p[1u + middle * ${slots.vectors}u].x <= group) { low = middle; } else { high = middle; } }`,
      `entry = 1u + low * ${slots.vectors}u;`, `let i = (group - p[entry].x) * ${THREADS}u + local;`, 'if (i >= p[entry].y) { return; }', ...place, ...main,
    ],
  });
}

interface Text { readonly globals: readonly string[]; readonly main: readonly string[] }

function elementwise(f: ScalarFunction, inputs: readonly View[], { lines }: Walk, bindings: Bindings, coordinates: readonly string[], slots: Slots): Text {
  const body = bodyText('value', f, 0, inputs, bindings.inputs, lines, coordinates, slots);
  return { globals: body.globals, main: [`let y = ${body.call};`, ...f.roots.map(({ dtype }, k) => storeText(bindings.outputs[k]!, `${slots.next()} + i`, `y.r${k}`, dtype))] };
}

function inQuartets(f: ScalarFunction, forms: string, inputs: readonly View[], { lines }: Walk, bindings: Bindings, coordinates: readonly string[], slots: Slots): Text {
  const { perView, rest } = linesPerView(inputs, lines);
  const reads = inputs.flatMap((_, i) => {
    const { arena, dtype } = bindings.inputs[i]!;
    const place = lineText(perView[i]![0]!, coordinates, slots);
    return forms[i] === '4' ? [`let q${i} = m${arena}[(${place}) >> 2u];`] : [`let p${i} = ${place};`, `let q${i} = vec4<${unitOf(dtype)}>(m${arena}[p${i} >> 2u][p${i} & 3u]);`];
  });
  const axes = indexAxes(f).map((_, i) => ({ first: lineText(rest[i]!, coordinates, slots), step: rest[i]!.strides.at(-1) !== 0 }));
  const uniforms = uniformsText(f.uniforms, slots);
  const call = (j: number) => `value(${[
    ...inputs.map(({ storage: { dtype } }, i) => castText(seenText(`q${i}[${j}]`, dtype), dtype, f.inputs[i]!)),
    ...axes.map(({ step }, i) => `i32(j${i}${step ? ` + ${j}u * d${i}` : ''})`), ...f.uniforms.map((_, i) => `u${i}`),
  ].join(', ')})`;
  const four = [0, 1, 2, 3];
  return {
    globals: [functionText('value', f, 'passed')],
    main: [
      ...reads, ...uniforms,
      ...axes.flatMap(({ first, step }, i) => [`let j${i} = ${first};`, ...(step ? [`let d${i} = ${stepOf(first)};`] : [])]),
      ...four.map((j) => `let y${j} = ${call(j)};`),
      ...f.roots.map(({ dtype }, k) => {
        const to = bindings.outputs[k]!;
        return `m${to.arena}[(${slots.next()} + e) >> 2u] = vec4<${unitOf(to.dtype)}>(${four.map((j) => kept(`y${j}.r${k}`, dtype, to.dtype)).join(', ')});`;
      }),
    ],
  };
}

/** The slot of the innermost stride in the text of a line: the last factor. */
const stepOf = (line: string): string => line.slice(line.lastIndexOf('* ') + 2);
