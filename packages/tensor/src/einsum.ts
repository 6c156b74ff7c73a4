/** Einstein's summation: products over named axes, as matrix products of two operands at a time, from left to right. */
import { contract as product } from './contract.ts';
import { isFloat } from './dtype.ts';
import { fail, show } from './errors.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/** A tensor whose axes have names (one character each). */
interface Named { readonly x: Tensor; readonly axes: string }

/** Names of the axes that `...` stands for, counted from the last: characters that nobody writes. */
const unnamed = (count: number): string => Array.from({ length: count }, (_, i) => String.fromCharCode(0xe000 + count - 1 - i)).join('');
const without = (axes: string, others: string): string => axes.split('').filter((name) => !others.includes(name)).join('');
const common = (a: string, b: string): string => a.split('').filter((name) => b.includes(name)).join('');

function parse(equation: string, operands: readonly Tensor[]): { inputs: string[]; output: string } {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left!.split(',');
  const bad = (wrong: string, advice?: string): never => fail('einsum', `${wrong} in '${equation}'`, advice);
  if (more.length > 0 || !/^[A-Za-z.,]*$/.test(left!)) bad('letters, commas, ... and one -> are expected', "Write it like 'ij,jk->ik'.");
  if (terms.length !== operands.length) bad(`${terms.length} terms for ${operands.length} operands`);
  let most = 0;
  const inputs = terms.map((term, i) => {
    const rank = operands[i]!.shape.length;
    const named = term.replace('...', '').length;
    if (named > rank || (named < rank && !term.includes('...'))) bad(`'${term}' does not name the axes of ${show(operands[i]!.shape)}`);
    most = Math.max(most, term.includes('...') ? rank - named : 0);
    return term.replace('...', unnamed(rank - named));
  });
  const once = [...new Set(inputs.join(''))].filter((name) => name < '\ue000' && inputs.join('').split(name).length === 2).sort().join('');
  const output = right === undefined ? unnamed(most) + once : right.replace('...', unnamed(most));
  for (const name of output) if (!inputs.some((input) => input.includes(name))) bad(`the result's '${name}' is on no operand`);
  if (new Set(output).size !== output.length) bad('a letter appears twice in the result');
  return { inputs, output };
}

/** Diagonals where a name is written twice, and sums over what nobody asks for. */
function tidy({ x, axes }: Named, wanted: string): Named {
  let [y, names] = [x, axes];
  for (let at = 0; at < names.length; at++) {
    const again = names.indexOf(names[at]!, at + 1);
    if (again < 0) continue;
    if (y.shape[at] !== y.shape[again]) fail('einsum', `axis '${names[at]}' has sizes ${y.shape[at]} and ${y.shape[again]}`);
    y = y.diagonal(0, at, again);
    names = names.slice(0, at) + names.slice(at + 1, again) + names.slice(again + 1) + names[at]!;
    at = -1;
  }
  const drop = without(names, wanted).split('').map((name) => names.indexOf(name));
  return drop.length === 0 ? { x: y, axes: names } : { x: y.sum(drop), axes: common(names, wanted) };
}

const arranged = ({ x, axes }: Named, order: string): Tensor => x.permute(...order.split('').map((name) => axes.indexOf(name)));

/** Two operands to one, summing over what neither later operands nor the result name. */
function contract(a: Named, b: Named, wanted: string): Named {
  const shared = common(a.axes, b.axes);
  const [batch, inner] = [common(shared, wanted), without(shared, wanted)];
  const [rows, columns] = [without(a.axes, shared), without(b.axes, shared)];
  const size = (name: string): number => {
    const sizes = [a, b].flatMap(({ x, axes }) => (axes.includes(name) ? [x.shape[axes.indexOf(name)]!] : []));
    const most = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.some((one) => one !== 1 && one !== most)) fail('einsum', `axis '${name}' has sizes ${sizes.join(' and ')}`);
    return most;
  };
  const sizes = (names: string) => names.split('').map(size);
  const axes = batch + rows + columns;
  const [x, y] = [arranged(a, batch + rows + inner).expand(sizes(batch + rows + inner)), arranged(b, batch + inner + columns).expand(sizes(batch + inner + columns))];
  if (!isFloat(x.dtype) || !isFloat(y.dtype)) {
    const [n, k] = [rows.length, columns.length];
    const wide = x.reshape(...sizes(batch + rows), ...Array<number>(k).fill(1), ...sizes(inner));
    const other = arranged(b, batch + columns + inner).expand(sizes(batch + columns + inner)).reshape(...sizes(batch), ...Array<number>(n).fill(1), ...sizes(columns + inner));
    const products = wide.mul(other);
    return { x: inner.length === 0 ? products : products.sum(inner.split('').map((_, i) => axes.length + i)), axes };
  }
  return { x: product(x, y, { rows: rows.length, inner: inner.length, columns: columns.length }), axes };
}

/**
 * Sums of products over named axes. Without `->` the result has the names that appear once, in alphabetical order; `...` stands for the other axes, broadcast.
 *
 * @throws where names and axes do not fit
 * @example
 * einsum('bij,bjk->bik', a, b); // batched matrix product
 * einsum('ii', a); // trace
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (operands.length === 0) fail('einsum', 'no tensors were given');
  const { inputs, output } = parse(equation, operands);
  return scope(() => {
    const wantedAfter = (i: number) => output + inputs.slice(i + 1).join('');
    const first = inputs.slice(1).join('');
    let state = tidy({ x: operands[0]!, axes: inputs[0]! }, output + first);
    for (let i = 1; i < operands.length; i++) {
      const others = state.axes + output + inputs.slice(i + 1).join('');
      state = contract(state, tidy({ x: operands[i]!, axes: inputs[i]! }, others), wantedAfter(i));
    }
    return arranged(state, output);
  }, 'einsum');
}
