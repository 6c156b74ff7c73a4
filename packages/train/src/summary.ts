/** A model as a table: its parts, their types, parameters and modes; Lightning's ModelSummary. */
import { noGrad } from '@nn/autograd';
import { type AnyModule, isMetric, isModule, type Member, members, Parameter } from '@nn/layers';
import { fail, scope, show, Tensor } from '@nn/tensor';

/** A column of a summary. `inSizes` and `outSizes` need an example. */
export type SummaryColumn = 'name' | 'type' | 'params' | 'mode' | 'inSizes' | 'outSizes';

/** What {@link summary} takes. */
export interface SummaryOptions {
  /** How deep parts of parts are listed; -1 is all, 0 none. Default 1. */
  readonly maxDepth?: number;
  /** Default name, type, params, mode; with an example inSizes and outSizes as well. */
  readonly columns?: readonly SummaryColumn[];
  /** What `forward` takes, to see the sizes. */
  readonly example?: Tensor | readonly unknown[];
}

const titles: Readonly<Record<SummaryColumn, string>> = { name: 'Name', type: 'Type', params: 'Params', mode: 'Mode', inSizes: 'In sizes', outSizes: 'Out sizes' };
type Part = Exclude<Member, Tensor>;
interface Row { readonly name: string; readonly part: Part; readonly depth: number }

/**
 * The table. Rows are numbered; the totals below count each parameter once.
 *
 * Source: https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.utilities.model_summary.html
 *
 * @throws for sizes without an example
 * @example
 * console.log(summary(model, { maxDepth: 2 }));
 */
export function summary(model: object, { maxDepth = 1, example, columns = example === undefined ? ['name', 'type', 'params', 'mode'] : ['name', 'type', 'params', 'mode', 'inSizes', 'outSizes'] }: SummaryOptions = {}): string {
  const root = model as AnyModule;
  if (!(Number.isInteger(maxDepth) && maxDepth >= -1)) fail('summary', `maxDepth is ${maxDepth}`, 'Give a whole number, or -1 for all.');
  if (example === undefined && columns.some((column) => column.endsWith('Sizes'))) fail('summary', 'sizes need an example', 'Pass { example: inputs }.');
  const all = [...partsOf(root, '', 1, new Set([root]))];
  const rows = all.filter(({ depth }) => maxDepth === -1 || depth <= maxDepth);
  const sizes = example === undefined ? undefined : sizesOf(root, all, example instanceof Tensor ? [example] : example);
  const cells: Record<SummaryColumn, (row: Row) => string> = {
    name: ({ name }) => name,
    type: ({ part }) => typeOf(part),
    params: ({ part }) => humanCount(isModule(part) ? countOf(part.parameters()) : 0),
    mode: ({ part }) => (trains(part) ? 'train' : 'eval'),
    inSizes: ({ part }) => sizes?.get(part)?.[0] ?? '?',
    outSizes: ({ part }) => sizes?.get(part)?.[1] ?? '?',
  };
  const own = maxDepth === 0 ? 0 : countOf(members(root).flatMap(([, member]) => (member instanceof Parameter ? [member] : [])));
  const rest: Record<SummaryColumn, string> = { name: 'other params', type: 'n/a', params: humanCount(own), mode: 'n/a', inSizes: 'n/a', outSizes: 'n/a' };
  const table = [
    { title: ' ', values: [...rows.map((_, i) => String(i)), ...(own ? [String(rows.length)] : [])] },
    ...columns.map((column) => ({ title: titles[column], values: [...rows.map(cells[column]), ...(own ? [rest[column]] : [])] })),
  ].map(({ title, values }) => ({ title, values, width: Math.max(title.length, ...values.map((value) => value.length)) }));
  const rule = '-'.repeat(table.reduce((sum, { width }) => sum + width + 3, 3));
  const line = (of: (column: (typeof table)[number]) => string) => table.map((column) => of(column).padEnd(column.width)).join(' | ');
  const parameters = root.parameters();
  const [trainable, total] = [countOf(parameters.filter(({ requiresGrad }) => requiresGrad)), countOf(parameters)];
  const megabytes = parameters.reduce((sum, { numel, dtype }) => sum + numel * bytesOf(dtype), 0) / 1e6;
  const training = all.filter(({ part }) => trains(part)).length;
  const totals: readonly (readonly [string, string])[] = [
    [humanCount(trainable), 'Trainable params'], [humanCount(total - trainable), 'Non-trainable params'], [humanCount(total), 'Total params'],
    [megabytes.toLocaleString('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 }), 'Total estimated model params size (MB)'],
    [String(training), 'Modules in train mode'], [String(all.length - training), 'Modules in eval mode'],
  ];
  return [
    line(({ title }) => title), rule,
    ...(table[0]!.values).map((_, i) => line(({ values }) => values[i]!)), rule,
    ...totals.map(([value, name]) => `${value.padEnd(10)}${name}`),
  ].join('\n');
}

/** `669,706` is `669 K`: from 100 of a unit on whole, below with one decimal. */
export function humanCount(number: number): string {
  const units = [' ', 'K', 'M', 'B', 'T'];
  const digits = number > 0 ? Math.floor(Math.log10(number)) + 1 : 1;
  const unit = Math.min(Math.ceil(digits / 3), units.length) - 1;
  const scaled = number / 1000 ** unit;
  const whole = unit === 0 || scaled >= 100;
  return `${(whole ? Math.trunc(scaled) : scaled).toLocaleString('en-US', whole ? {} : { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${units[unit]}`.trimEnd();
}

function* partsOf(module: AnyModule, path: string, depth: number, seen: Set<object>): Generator<Row> {
  for (const [key, part] of members(module)) {
    if (!(isModule(part) || isMetric(part)) || seen.has(part)) continue;
    seen.add(part);
    const name = path ? `${path}.${key}` : key;
    yield { name, part, depth };
    if (isModule(part)) yield* partsOf(part, name, depth + 1, seen);
  }
}

const typeOf = (part: Part): string => (part as { readonly typeName?: string }).typeName ?? part.constructor.name;
const trains = (part: Part): boolean => !isModule(part) || part.training;
const countOf = (tensors: readonly Tensor[]): number => [...new Set(tensors)].reduce((sum, { numel }) => sum + numel, 0);
const bytesOf = (dtype: string): number => Number(/\d+$/.exec(dtype)?.[0] ?? 8) / 8;

/** What goes in and comes out of each part, seen in one call without recording, in evaluation mode. */
function sizesOf(root: AnyModule, parts: readonly Row[], inputs: readonly unknown[]): Map<Part, readonly [string, string]> {
  const sizes = new Map<Part, readonly [string, string]>();
  const shapes = (value: unknown): string => (value instanceof Tensor ? show(value.shape) : Array.isArray(value) ? `[${value.map(shapes).join(', ')}]` : '?');
  const modules = parts.flatMap(({ part }) => (isModule(part) ? [part] : []));
  const removers = modules.map((module) => module.registerForwardHook((_, given, output) => { sizes.set(module, [given.length === 1 ? shapes(given[0]) : shapes(given), shapes(output)]); }));
  const modes = [root, ...modules].map((module) => [module, module.training] as const);
  try {
    root.eval();
    noGrad(() => scope(() => { root.forward(...inputs); }, 'summary'));
  } finally {
    for (const remove of removers) remove();
    for (const [module, training] of modes) module.training = training;
  }
  return sizes;
}
