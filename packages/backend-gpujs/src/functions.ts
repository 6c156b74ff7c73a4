/** Functions that kernels call, in gpu.js's dialect. */
import { madd, polynomial, rounded, single, type Target } from './single.ts';

/** A function of numbers as gpu.js takes it. */
export interface Helper {
  readonly source: string;
  readonly settings: { readonly argumentTypes: readonly string[]; readonly returnType: string };
}

/** The functions that `text` calls, and those that these call. */
export function helpersOf(text: string, target: Target): Helper[] {
  const found = new Map<string, Helper>();
  const visit = (calling: string): void => {
    for (const [name, [parameters, given]] of Object.entries(functions)) {
      if (found.has(name) || !calling.includes(`${name}(`)) continue;
      const body = typeof given === 'string' ? given : given(target);
      found.set(name, { source: `function ${name}(${parameters.join(', ')}) {${body}\n}`, settings: { argumentTypes: parameters.map(() => 'Number'), returnType: 'Number' } });
      visit(body);
    }
  };
  visit(text);
  return [...found.values()];
}

/** Least float32 of a mantissa in [sqrt(1/2), sqrt(2)). */
const ROOT = Math.fround(Math.SQRT1_2);

/** Parameters and bodies. Those with multiply-adds are written when they are first needed: it depends on where. */
const functions: { readonly [name: string]: readonly [parameters: readonly string[], body: string | ((target: Target) => string)] } = {
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
  // Rounded once: what is lost of the product (Dekker 1971) and of the sum (Knuth) is added at the end. A compiler that takes
  // liberties leaves the plain sum; an infinity becomes NaN, a test for which would double the time.
  multiplyAdd: [['a', 'b', 'c'], `
    const p = a * b;
    const s = p + c;
    const wideA = a * 4097;
    const wideB = b * 4097;
    const highA = wideA - (wideA - a);
    const highB = wideB - (wideB - b);
    const lowA = a - highA;
    const lowB = b - highB;
    const ofProduct = ((highA * highB - p) + highA * lowB + lowA * highB) + lowA * lowB;
    const part = s - c;
    const ofSum = (c - (s - part)) + (p - part);
    return s + (ofSum + ofProduct);`],
  // Cephes' expf and logf as the CPU backend computes them. 2^n goes on in two factors: the result may be infinite or denormal where neither is.
  exponential: [['x'], (target) => `
    const bound = x < -104 ? -104 : (x > 89 ? 89 : x);
    const whole = ${target === 'host' ? rounded(`${madd(target, 'bound', single(Math.LOG2E), '12582912')} - 12582912`) : 'Math.floor(bound * 1.4426950408889634 + 0.5)'};
    const r = ${madd(target, 'whole', single(2.12194440e-4), madd(target, 'whole', '(-0.693359375)', 'bound'))};
    const p = ${polynomial(target, 'r', [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1])};
    const square = ${rounded('r * r')};
    const near = ${rounded(`${madd(target, 'p', 'square', 'r')} + 1`)};
    const half = Math.floor(whole / 2);
    return ${rounded(`${rounded('near * powerOfTwo(half)')} * powerOfTwo(whole - half)`)};`],
  naturalLogarithm: [['x'], (target) => `
    if (x === 0) { return -1 / 0; }
    if (x > 3.4028234663852886e38) { return x; }
    if (x > 0) {
      const tiny = x < ${2 ** -126} ? 23 : 0;
      const scaled = x * powerOfTwo(tiny);
      let e = Math.min(Math.floor(Math.log2(scaled)), 126);
      let m = scaled * powerOfTwo(-e);
      if (m < ${ROOT}) { m = m * 2; e = e - 1; }
      if (m >= ${2 * ROOT}) { m = m / 2; e = e + 1; }
      if (m >= ${2 * ROOT}) { m = m / 2; e = e + 1; }
      e = e - tiny;
      const f = m - 1;
      const z = ${rounded('f * f')};
      const p = ${rounded(`${polynomial(target, 'f', [7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1])} * f`)};
      const past = ${madd(target, 'p', 'z', rounded('z * (-0.5)'))};
      return ${madd(target, 'e', '0.693359375', rounded(`f + ${madd(target, 'e', single(-2.12194440e-4), 'past')}`))};
    }
    return 0 / 0;`],
  powerOfTwo: [['n'], `
    let result = 1;
    let factor = n < 0 ? 0.5 : 2;
    let left = Math.abs(n);
    for (let i = 0; i < 7; i++) {
      const half = Math.floor(left / 2);
      if (left - 2 * half > 0.5) { result = result * factor; }
      factor = factor * factor;
      left = half;
    }
    return result;`],
  // Polynomials of Cephes' tanhf and logf where the plain formulas cancel.
  saturating: [['x'], `
    const s = x * x;
    if (s < 0.390625) { return x + x * s * (-0.333332819422 + s * (0.133314422036 + s * (-0.0537397155531 + s * (0.0206390887954 - s * 0.00570498872745)))); }
    const size = 1 - 2 / (Math.exp(2 * Math.min(Math.abs(x), 15)) + 1);
    return x < 0 ? -size : size;`],
  // It calls none of these functions: gpu.js would put one that is also called elsewhere before what it needs itself.
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
