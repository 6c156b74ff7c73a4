// The ceiling of WebAssembly on one core: as many fused multiply-adds as a product takes, in registers alone.
import { ModuleBuilder } from '../../../packages/backend-cpu/src/wasm/assembler.ts';
import { advance, branchIf, f32x4, loop } from '../../../packages/backend-cpu/src/wasm/instructions.ts';
import { missing, serve } from './protocol.mjs';

/** Multiply-adds that do not wait for each other: more than latency times units of any core so far. */
const CHAINS = 12;
const builder = new ModuleBuilder({ shared: false, maximum: 1 });
builder.define(['i32', 'f32'], ['f32'], (frame, count, factor) => {
  const sums = Array.from({ length: CHAINS }, () => frame.local('v128'));
  const x = frame.local('v128');
  return [
    x.set(f32x4.splat(factor.get)),
    loop(sums.map((sum) => sum.set(f32x4.relaxedMadd(x.get, x.get, sum.get))), advance(count, -1), branchIf(0, count.get)),
    f32x4.extract(sums.reduce((/** @type {import('../../../packages/backend-cpu/src/wasm/assembler.ts').Code} */ total, sum) => f32x4.add(total, sum.get), f32x4.of(0)), 0),
  ];
}, 'run');
if (!WebAssembly.validate(builder.bytes())) missing('this engine has no fused multiply-add');
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const { run } = new WebAssembly.Instance(new WebAssembly.Module(builder.bytes()), { env: { memory }, host: {} }).exports;
const multiplyAdd = /** @type {(count: number, factor: number) => number} */ (run);

await serve({ name: 'multiply-adds in registers, 128 bits, 1 thread', version: '', engine: `Node ${process.versions.node}` }, { gemm: (/** @type {{ m: number, n: number, k: number }} */ { m, n, k }) => () => multiplyAdd(Math.ceil((m * n * k) / 4 / CHAINS), 1e-9) });
