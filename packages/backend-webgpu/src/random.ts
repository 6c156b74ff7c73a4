import { blocksFor, type Target } from '@nn/tensor/backend';
import { storeText } from './access.ts';
import type { Bindings } from './bindings.ts';
import type { Engine } from './engine.ts';
import { assemble, elementText, type Kernel, THREADS } from './kernel.ts';
import { pushUniforms, Slots } from './params.ts';

/** Philox 4x32-10, a thread a block of four words: bit for bit what `uniformNumbers` draws. */
export function randomUniform(engine: Engine, key: readonly [number, number], counter: number, length: number, output: Target): void {
  engine.run({
    verb: 'randomUniform', functions: [], operands: [output], numbers: [key[0], key[1], counter >>> 0, Math.floor(counter / 2 ** 32)], form: [length],
    work() {
      const bindings = engine.bind([], [output]);
      const blocks = blocksFor(length);
      const values = engine.values.restarted();
      pushUniforms(['uint32', 'uint32', 'uint32', 'uint32'], values);
      values.push(length);
      values.pushBase();
      return { family: 'randomUniform', variant: bindings.signature, build: () => randomKernel(bindings), facts: () => `[${length}]`, bindings, values, total: blocks, groups: Math.ceil(blocks / THREADS) };
    },
  });
}

/** WGSL has no 64-bit product; from 16-bit halves. */
const mulHigh = `fn mul_high(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let middle = ah * bl + ((al * bl) >> 16u);
  return ah * bh + (middle >> 16u) + ((al * bh + (middle & 0xffffu)) >> 16u);
}`;

function randomKernel(bindings: Bindings): Kernel {
  const slots = new Slots();
  const [key0, key1, low, high, length, offset] = Array.from({ length: 6 }, () => slots.next()) as [string, string, string, string, string, string];
  return assemble({
    operation: 'randomUniform', bindings, slots, globals: [mulHigh],
    main: [
      ...elementText,
      `var k = vec2<u32>(${key0}, ${key1});`,
      `let c0 = ${low} + i;`,
      `var c = vec4<u32>(c0, ${high} + select(0u, 1u, c0 < i), 0u, 0u);`,
      'for (var turn = 0u; turn < 10u; turn++) {',
      '  c = vec4<u32>(mul_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, mul_high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);',
      '  k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);',
      '}',
      'for (var j = 0u; j < 4u; j++) {',
      `  if (4u * i + j < ${length}) { ${storeText(bindings.outputs[0]!, `${offset} + 4u * i + j`, 'f32(c[j] >> 8u) / 16777216f', 'float32')} }`,
      '}',
    ],
  });
}
