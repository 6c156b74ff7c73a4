/** The printer with a toy dialect, JavaScript, whose programs run. */
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { type Dialect, evaluate, print, type Scalar, type ScalarFunction, type Spelling, trace } from '@nn/tensor/backend';

const infix = (symbol: string): Spelling<string> => (_, a, b) => `(${a} ${symbol} ${b})`;
const call = (name: string): Spelling<string> => (_, ...args) => `${name}(${args.join(', ')})`;

const javascript: Dialect = {
  ops: {
    add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'), floorDiv: (_, a, b) => `Math.floor(${a} / ${b})`, mod: infix('%'), pow: infix('**'),
    atan2: call('Math.atan2'), maximum: call('Math.max'), minimum: call('Math.min'), neg: (_, a) => `(-${a})`, abs: call('Math.abs'), sign: call('Math.sign'),
    floor: call('Math.floor'), ceil: call('Math.ceil'), round: call('Math.round'), trunc: call('Math.trunc'), sqrt: call('Math.sqrt'), exp: call('Math.exp'), log: call('Math.log'),
    sin: call('Math.sin'), cos: call('Math.cos'), atan: call('Math.atan'), tanh: call('Math.tanh'), lt: infix('<'), le: infix('<='), eq: infix('==='), isnan: call('Number.isNaN'),
    and: infix('&'), or: infix('|'), xor: infix('^'), not: (node, a) => (node.dtype === 'bool' ? `!${a}` : `~${a}`), shl: infix('<<'), shr: infix('>>'),
    select: (_, condition, yes, no) => `(${condition} ? ${yes} : ${no})`, cast: (node, a) => (node.dtype === 'bool' ? `(${a} !== 0)` : `Number(${a})`),
  },
  input: (position) => `x${position}`,
  uniform: (position) => `u${position}`,
  index: (axis) => `i${axis}`,
  constant: (value) => String(value),
  bind: (serial, code) => ({ line: `const v${serial} = ${code};`, name: `v${serial}` }),
};

/** Runs the printed program on numbers. */
function run(f: ScalarFunction, inputs: readonly number[], uniforms: readonly number[] = []): number[] {
  const { lines, roots } = print(f, javascript);
  const values = Object.fromEntries([...inputs.map((x, i) => [`x${i}`, x]), ...uniforms.map((u, i) => [`u${i}`, u])]);
  return (runInNewContext(`${lines.join('\n')}\n[${roots.join(', ')}]`, { ...values, Math, Number }) as number[]).map(Number);
}

it('names what is used more than once, and nothing else', () => {
  const f = trace(['float64'], ['float64'], ([x], [u]) => { const e = x!.mul(2).exp(); return [e.add(u!), e.sub(1)]; });
  expect(print(f, javascript)).toEqual({ lines: ['const v0 = x0;', 'const v1 = Math.exp((v0 * 2));'], roots: ['(v1 + u0)', '(v1 - 1)'] });
});

it('lowers what the dialect lacks', () => {
  const f = trace(['float64'], [], ([x]) => [x!.sigmoid()]);
  expect(print(f, javascript).roots).toEqual(['(1 / (Math.exp((-v0)) + 1))']);
  expect(print(f, { ...javascript, ops: { ...javascript.ops, sigmoid: call('sigmoid') } }).roots).toEqual(['sigmoid(v0)']);
});

it.each<[string, (x: Scalar, y: Scalar) => Scalar[]]>([
  ['arithmetic', (x, y) => [x.add(y).mul(x).sub(0.5).div(y), x.rsub(1).pow(3)]],
  ['functions', (x, y) => [x.erf(), x.sinh().add(y.asinh()), x.log1p().atan2(y)]],
  ['choices', (x, y) => [x.where(x.lt(y), y.neg()), x.clamp(-1, 1), x.maximum(y), x.eq(y).logicalOr(x.gt(0))]],
])('%s run as they are interpreted', (_name, body) => {
  const f = trace(['float64', 'float64'], [], ([x, y]) => body(x!, y!));
  for (const [x, y] of [[0.5, 2], [1.5, -0.25], [3, 3]] as const) {
    const columns = [Float64Array.of(x), Float64Array.of(y)];
    const expected = evaluate(f, { input: (i) => columns[i]!, index: () => new Int32Array(1) }, [], 1).map((column) => column[0]!);
    run(f, [x, y]).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  }
});
