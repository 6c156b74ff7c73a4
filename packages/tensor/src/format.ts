/** How a tensor is printed: by PyTorch's rules (torch/_tensor_str.py), four decimals, lines of 80. */
import { type DType, isFloat } from './dtype.ts';
import { hostValues } from './host.ts';
import { type Shape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Above `MOST` elements, longer axes show their first and last `EDGE`. */
const EDGE = 3;
const MOST = 1000;
const LINE = 80;
const PREFIX = 'tensor(';

/** `tensor([[1., 2.], [3., 4.]])`, aligned. */
export async function formatTensor(x: Tensor): Promise<string> {
  const values = await hostValues(x, 'format');
  const brief = values.length > MOST;
  const shown = brief ? edges(x.shape) : Array.from(values, (_, i) => i);
  const word = formatter(shown.map((i) => values[i]!), x.dtype);
  const body = values.length === 0 ? '[]' : written(x.shape, 0, PREFIX.length, brief, (i) => word(values[i]!));
  const suffixes = [
    ...(values.length === 0 && x.shape.length !== 1 ? [`size=(${x.shape.join(', ')})`] : []),
    ...(x.dtype === 'float32' || x.dtype === 'bool' || x.dtype === 'int32' ? [] : [`dtype=${x.dtype}`]),
    ...(x.requiresGrad ? ['requiresGrad=true'] : []),
  ];
  let text = PREFIX + body;
  let last = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    const fits = last + suffix.length + 2 <= LINE;
    text += fits ? `, ${suffix}` : `,\n${' '.repeat(PREFIX.length)}${suffix}`;
    last = fits ? last + suffix.length + 2 : PREFIX.length + suffix.length;
  }
  return `${text})`;
}

/** Places on an axis that are shown; -1 stands for those left out. */
const places = (size: number, brief: boolean): number[] =>
  brief && size > 2 * EDGE ? [0, 1, 2, -1, size - 3, size - 2, size - 1] : Array.from({ length: size }, (_, i) => i);

/** The elements that a shortened tensor shows. */
const edges = (shape: Shape): number[] => shape.reduce((all, size) => all.flatMap((at) => places(size, true).filter((i) => i >= 0).map((i) => at * size + i)), [0]);

/** Nested brackets from element `start` on; the innermost axis is broken into lines. */
function written(shape: Shape, start: number, indent: number, brief: boolean, word: (i: number) => string): string {
  const [size, ...rest] = shape;
  if (size === undefined) return word(start);
  const margin = `\n${' '.repeat(indent + 1)}`;
  if (rest.length > 0) {
    const run = sizeOf(rest);
    const parts = places(size, brief).map((i) => (i < 0 ? '...' : written(rest, start + i * run, indent + 1, brief, word)));
    return `[${parts.join(`,${'\n'.repeat(rest.length - 1)}${margin}`)}]`;
  }
  const words = places(size, brief).map((i) => (i < 0 ? ' ...' : word(start + i)));
  const perLine = Math.max(1, Math.floor((LINE - indent) / (words[0]!.length + 2)));
  const lines = Array.from({ length: Math.ceil(words.length / perLine) }, (_, i) => words.slice(i * perLine, (i + 1) * perLine).join(', '));
  return `[${lines.join(`,${margin}`)}]`;
}

/** One spelling for all elements, as wide as the widest. */
function formatter(values: readonly number[], dtype: DType): (value: number) => string {
  const spell = isFloat(dtype) ? floatSpelling(values) : (value: number) => (dtype === 'bool' ? String(value !== 0) : String(value));
  // PyTorch measures what is finite and not 0, where there is any.
  const measured = isFloat(dtype) ? values.filter((value) => Number.isFinite(value) && value !== 0) : values;
  const width = measured.reduce((most, value) => Math.max(most, spell(value).length), 1);
  return (value) => spell(value).padStart(width);
}

function floatSpelling(values: readonly number[]): (value: number) => string {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [most, least] = [sizes.reduce((a, b) => Math.max(a, b), 0), sizes.reduce((a, b) => Math.min(a, b), Infinity)];
  const whole = sizes.every(Number.isInteger);
  const scientific = sizes.length > 0 && (most / least > 1000 || most > 1e8 || (!whole && least < 1e-4));
  const finite = scientific ? exponential : whole ? (value: number) => `${Object.is(value, -0) ? '-0' : value}.` : fixed;
  return (value) => (Number.isFinite(value) ? finite(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
}

/** Four decimals; halves to the even digit, where JavaScript takes the larger one. */
const fixed = (value: number): string => {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  return sign + (/^(\d+\.\d{3}[02468])50*$/.exec(size.toFixed(40))?.[1] ?? size.toFixed(4));
};
const exponential = (value: number): string => {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const [, digits, power] = /^(\d\.\d{3}[02468])50*(e.*)$/.exec(size.toExponential(40)) ?? [];
  return sign + (digits ? `${digits}${power}` : size.toExponential(4)).replace(/e([+-])(\d)$/, 'e$10$2');
};
