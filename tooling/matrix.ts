/** docs/backends.md: what each backend does with each operation, as measured. Written by backends.ts, compared by a test of each backend. */
import { readFileSync } from 'node:fs';
import type { Measured, Measurement, Way } from '@nn/tensor/conformance';

export const file: URL = new URL('../docs/backends.md', import.meta.url);

export interface Column {
  readonly name: string;
  /** What answered. */
  readonly engine: string;
  readonly measurements: readonly Measurement[];
}

const signs: Readonly<Record<Way, string>> = { native: '●', composed: '○', absent: '–', none: '' };

/** Errors by powers of ten: 0, up to 1e-7, 1e-6, and so on. */
const bucket = (error: number): string => (error === 0 ? '0' : error === Infinity ? 'wrong' : `1e${Math.max(-7, Math.ceil(Math.log10(error)))}`);
const shown = ({ way, error }: Measured): string => (way === 'native' || way === 'composed' ? `${signs[way]} ${bucket(error)}` : signs[way]);
const cell = ({ orders }: Measurement): string => {
  const parts = orders.map(shown);
  while (parts.at(-1) === '') parts.pop();
  return parts.join(', ');
};

/** The document. All columns have the same operations in the same order. */
export function render(columns: readonly Column[]): string {
  const groups = [...new Set(columns[0]!.measurements.map(({ group }) => group))];
  const tables = groups.map((group) => {
    const rows = columns[0]!.measurements.flatMap(({ group: its, operation }, i) =>
      (its === group ? [`| ${operation} | ${columns.map(({ measurements }) => cell(measurements[i]!)).join(' | ')} |`] : []));
    return [`## ${group}`, '', `| | ${columns.map(({ name }) => name).join(' | ')} |`, `|---${'|---'.repeat(columns.length)}|`, ...rows].join('\n');
  });
  return `# Backends

What each backend does with each operation: forward, its gradient, the gradient of that. \`npm run backends\` measures and writes this page; each
backend's tests fail where it no longer says what is measured.

- ● native: at most one of the backend's verbs (a map, a reduction, rows, a product, a gather) for each result. ○ composed of several. – absent: the device has not the dtypes for it. Nothing: there is no gradient.
  Indices are checked by a map of their own.
- The number is the worst error, as the power of ten above it, relative to numbers larger than 1: of float32 results against the reference's in
  float64 from the same inputs. 0 is exact, 1e-7 as good as float32 can be.

${columns.map(({ name, engine }) => `- **${name}**: ${engine}`).join('\n')}

${tables.join('\n\n')}
`;
}

/** In words, where the document differs from what was measured: other operations, other ways, errors further off than to the next power of ten. */
export function outOfDate(name: string, measurements: readonly Measurement[]): string[] {
  const rows = readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, -1).map((text) => text.trim()));
  const at = rows.find(([first]) => first === '')?.indexOf(name) ?? -1;
  const written = new Map(rows.filter(([first]) => first !== '').map((row) => [row[0]!, row[at] ?? '']));
  const found = measurements.flatMap((measurement) => {
    const { operation } = measurement;
    const [was, is] = [written.get(operation), cell(measurement)];
    written.delete(operation);
    return was !== undefined && alike(was, is) ? [] : [`${operation}: ${is} instead of ${was ?? 'nothing'}`];
  });
  const wrong = [...found, ...[...written.keys()].map((operation) => `${operation}: gone`)];
  return wrong.length > 0 ? [`docs/backends.md is out of date for ${name}: npm run backends writes it anew.`, ...wrong] : [];
}

function alike(was: string, is: string): boolean {
  const [left, right] = [was.split(', '), is.split(', ')];
  return left.length === right.length && left.every((part, i) => {
    const [[way, error = ''], [its, other = '']] = [part.split(' '), right[i]!.split(' ')];
    return way === its && Math.abs(power(error) - power(other)) <= 1;
  });
}

/** 0 and 1e-7 are alike: sums may come out even. */
const power = (error: string): number => (error === 'wrong' ? Infinity : error === '0' || error === '' ? -7 : Number(error.slice(2)));
