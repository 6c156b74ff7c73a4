/**
 * How gpu.js spells scalar operations. Everything is a float there: int32 and bool are kept as whole numbers, exact within 2^24.
 * Kernels are given to gpu.js as text, never as functions: minifiers would rewrite those.
 */
import { type Dialect, isFloat, isInteger, type Spelling } from '@nn/tensor/backend';

type Ops = Dialect['ops'];

const call = (name: string): Spelling<string> => (_, ...args) => `${name}(${args.join(', ')})`;
const infix = (op: string): Spelling<string> => (_, a, b) => `(${a} ${op} ${b})`;
/** Comparisons give numbers; `select` and casts ask whether those are above one half. */
const test = (op: string): Spelling<string> => (_, a, b) => `(${a} ${op} ${b} ? 1 : 0)`;
const whole = (int: Spelling<string>, float: Spelling<string>): Spelling<string> => (node, ...args) => (isInteger(node.dtype) ? int : float)(node, ...args);
const logical = (bool: Spelling<string>, int: Spelling<string>): Spelling<string> => (node, ...args) => (node.dtype === 'bool' ? bool : int)(node, ...args);

const core: Ops = {
  add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'),
  floorDiv: whole(call('quotient'), (_, a, b) => `Math.floor(${a} / ${b})`), mod: whole(call('rest'), call('remainder')),
  pow: whole(call('wholePower'), call('power')), atan2: call('Math.atan2'), maximum: call('Math.max'), minimum: call('Math.min'),
  neg: (_, a) => `(-${a})`, abs: call('Math.abs'), sign: (_, a) => `(${a} > 0 ? 1 : (${a} < 0 ? -1 : 0))`,
  floor: call('Math.floor'), ceil: call('Math.ceil'), round: call('halfToEven'), trunc: call('Math.trunc'),
  sqrt: call('Math.sqrt'), exp: call('Math.exp'), log: call('Math.log'), sin: call('Math.sin'), cos: call('Math.cos'),
  atan: call('Math.atan'), tanh: call('Math.tanh'),
  lt: test('<'), le: test('<='), eq: test('==='), isnan: (_, a) => `(${a} === ${a} ? 0 : 1)`,
  and: logical(call('Math.min'), call('bitAnd')),
  or: logical(call('Math.max'), call('bitOr')),
  xor: logical((_, a, b) => `Math.abs(${a} - ${b})`, call('bitXor')),
  not: logical((_, a) => `(1 - ${a})`, (_, a) => `((-1) - ${a})`),
  shl: (_, a, b) => `(${a} * twoTo(${b}))`, shr: (_, a, b) => `Math.floor(${a} / twoTo(${b}))`,
  select: (_, condition, a, b) => `(${condition} > 0.5 ? ${a} : ${b})`,
  cast: (node, a) => (node.dtype === 'bool' ? `(${a} === 0 ? 0 : 1)` : isInteger(node.dtype) && isFloat(node.args[0]!.dtype) ? `Math.trunc(${a})` : a),
  relu: (_, a) => `Math.max(${a}, 0)`,
  sigmoid: (_, a) => `(1 / (1 + Math.exp(-${a})))`,
};

/** WebAssembly and JavaScript have JavaScript's own functions. */
const host: Ops = {
  ...core,
  ...Object.fromEntries((['expm1', 'log1p', 'log2', 'log10', 'tan', 'asin', 'acos', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh'] as const)
    .map((name) => [name, call(`Math.${name}`)])),
};

/** Shaders promise little: sines to three digits, absolute errors near 0, no NaN of a negative logarithm, an angle of -0 on the wrong side. */
const shader: Ops = {
  ...core,
  atan2: call('angle'), sin: (_, a) => `wave(${a}, 0)`, cos: (_, a) => `wave(${a}, 1)`, tanh: call('saturating'), log: call('logarithm'), log1p: call('logarithmNear'),
};

/** Spellings of operations, where kernels run as shaders or on the host. */
export const spellings: { readonly [K in 'host' | 'shader']: Ops } = { host, shader };

/** A number as source text; negative ones in parentheses, so that no two signs meet. The word `Infinity` would be 3.4e38 in shaders. */
export function literal(value: number): string {
  if (Number.isNaN(value)) return '(0 / 0)';
  if (value === Infinity) return '(1 / 0)';
  if (value < 0 || Object.is(value, -0)) return `(-${literal(-value)})`;
  return String(value);
}

/** A function of numbers as gpu.js takes it. */
export interface Helper {
  readonly source: string;
  readonly settings: { readonly argumentTypes: readonly string[]; readonly returnType: string };
}

/** The functions that `text` calls, and those that these call. */
export function helpersOf(text: string): Helper[] {
  const found = new Map<string, Helper>();
  const visit = (calling: string): void => {
    for (const [name, [parameters, body]] of Object.entries(functions)) {
      if (found.has(name) || !calling.includes(`${name}(`)) continue;
      found.set(name, { source: `function ${name}(${parameters.join(', ')}) {${body}\n}`, settings: { argumentTypes: parameters.map(() => 'Number'), returnType: 'Number' } });
      visit(body);
    }
  };
  visit(text);
  return [...found.values()];
}

/** Functions that kernels call, as [parameters, body]. */
const functions: { readonly [name: string]: readonly [parameters: readonly string[], body: string] } = {
  // The quotient may be rounded, on graphics cards by more than half a place: its remainder tells. Anything by 0 is 0.
  quotient: [['a', 'b'], `
    if (b === 0) { return 0; }
    const q = Math.floor(a / b);
    const r = a - q * b;
    const sign = b < 0 ? -1 : 1;
    if (r * sign < 0) { return q - 1; }
    if (r * sign >= b * sign) { return q + 1; }
    return q;`],
  rest: [['a', 'b'], 'if (b === 0) { return 0; } return a - quotient(a, b) * b;'],
  remainder: [['a', 'b'], `
    const r = Math.abs(b) === Infinity ? a + (a - a) : a - Math.floor(a / b) * b;
    const sign = b < 0 ? -1 : 1;
    if (r * sign < 0) { return r + b; }
    if (r * sign >= b * sign) { return r - b; }
    return r;`],
  halfToEven: [['x'], `
    const low = Math.floor(x);
    const above = x - low;
    if (above < 0.5) { return low; }
    if (above > 0.5) { return low + 1; }
    return 2 * Math.floor(low / 2 + 0.5);`],
  // As IEEE 754 has it: where JavaScript and shaders differ from that, and shaders know no negative base.
  power: [['a', 'b'], `
    if (b === 0) { return 1; }
    const size = Math.abs(a);
    const p = size === 1 ? 1 : Math.pow(size, b);
    if (a > 0 || 1 / a > 0) { return p; }
    if (b !== Math.floor(b)) { return size > 0 && size < Infinity ? 0 / 0 : p; }
    return b - 2 * Math.floor(b / 2) > 0.5 ? -p : p;`],
  // Quarter turns go off in three pieces (Cody and Waite), the rest by the minimax polynomials of Cephes' sinf and cosf.
  wave: [['x', 'ahead'], `
    const quarters = Math.floor(x * 0.6366197723675814 + 0.5);
    const r = x - quarters * 1.5703125 - quarters * 0.0004837512969970703 - quarters * 7.54978995489e-8;
    const s = r * r;
    const place = quarters + ahead - 4 * Math.floor((quarters + ahead) / 4);
    const odd = place - 2 * Math.floor(place / 2);
    const size = odd < 0.5 ? r + r * s * (-0.16666654611 + s * (0.0083321608736 - s * 0.00019515295891))
      : 1 - s / 2 + s * s * (0.04166664568298827 + s * (-0.001388731625493765 + s * 0.00002443315711809948));
    return place > 1.5 ? -size : size;`],
  // Polynomials of Cephes' tanhf and logf where the plain formulas cancel.
  saturating: [['x'], `
    const s = x * x;
    if (s < 0.390625) { return x + x * s * (-0.333332819422 + s * (0.133314422036 + s * (-0.0537397155531 + s * (0.0206390887954 - s * 0.00570498872745)))); }
    const size = 1 - 2 / (Math.exp(2 * Math.min(Math.abs(x), 15)) + 1);
    return x < 0 ? -size : size;`],
  logarithm: [['x'], `
    if (x > 0.71 && x < 1.41) { return logarithmNear(x - 1); }
    return x < 0 ? 0 / 0 : Math.log(x);`],
  logarithmNear: [['x'], `
    if (x < -0.29 || x > 0.41) { return x < -1 ? 0 / 0 : Math.log(1 + x); }
    const s = x * x;
    const p = 0.33333331174 + x * (-0.24999993993 + x * (0.20000714765 + x * (-0.16668057665 + x * (0.14249322787
      + x * (-0.12420140846 + x * (0.1167699874 + x * (-0.1151461031 + x * 0.070376836292)))))));
    return x - s / 2 + x * s * p;`],
  angle: [['y', 'x'], 'if (y === 0) { return x < 0 ? 3.141592653589793 : 0; } return Math.atan2(y, x);'],
  wholePower: [['a', 'b'], `
    if (a === 1) { return 1; }
    if (a === -1) { return 1 - 2 * (b - 2 * Math.floor(b / 2)); }
    if (b < 0) { return 0; }
    let result = 1;
    for (let i = 0; i < 25; i++) { if (i < b) { result = result * a; } }
    return result;`],
  twoTo: [['b'], `
    let result = 1;
    for (let i = 0; i < 32; i++) { if (i < b) { result = result * 2; } }
    return result;`],
  // Two's complement, a bit a turn; what is left of each after 24 turns is its sign, 0 or -1.
  bitAnd: [['a', 'b'], `
    let x = a;
    let y = b;
    let result = 0;
    let place = 1;
    for (let i = 0; i < 24; i++) {
      const halfX = Math.floor(x / 2);
      const halfY = Math.floor(y / 2);
      result = result + (x - 2 * halfX) * (y - 2 * halfY) * place;
      x = halfX;
      y = halfY;
      place = place * 2;
    }
    return result - x * y * 16777216;`],
  bitOr: [['a', 'b'], 'return a - bitAnd(a, b) + b;'],
  bitXor: [['a', 'b'], 'const both = bitAnd(a, b); return (a - both) + (b - both);'],
};
