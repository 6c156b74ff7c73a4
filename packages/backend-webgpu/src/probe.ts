import { contiguous, evaluate, trace, type TypedArray, viewOf } from '@nn/tensor/backend';
import type { Engine } from './engine.ts';
import { map } from './map.ts';

const a = Float32Array.of(NaN, Infinity, -Infinity, NaN, Infinity, 0, -1, 1);
const b = Float32Array.of(0, 0, Infinity, NaN, -Infinity, 0, 0, NaN);
const operations = trace(['float32', 'float32'], [], ([x, y]) => [
  x!.add(y!), x!.mul(y!), x!.div(y!), x!.maximum(y!), x!.exp(), x!.log(), x!.tanh(), ...[x!.eq(y!), x!.lt(y!), x!.isnan(), x!.ne(y!)].map((test) => test.float()),
]);

/** Whether NaN and infinities come out of this adapter as IEEE 754 says: drivers may assume that there are none. */
export async function keepsNonFinite(engine: Engine): Promise<boolean> {
  const length = a.length;
  const upload = (values: TypedArray) => {
    const storage = engine.allocate('float32', length);
    engine.write(storage, values, 0);
    return viewOf(storage, contiguous([length]));
  };
  const inputs = [upload(a), upload(b)];
  const all = engine.allocate('float32', operations.roots.length * length);
  map(engine, operations, { inputs, uniforms: [], outputs: operations.roots.map((_, i) => ({ storage: all, offset: i * length })), shape: [length] });
  const found = await engine.read(all, 0, all.length);
  for (const { storage } of [...inputs, { storage: all }]) engine.free(storage);
  const expected = evaluate(operations, { input: (i) => [a, b][i]!, index: () => new Int32Array() }, [], length);
  return expected.every((values, i) => values.every((value, j) => same(value, found[i * length + j]!)));
}

const same = (x: number, y: number): boolean => (Number.isFinite(x) ? Math.abs(x - y) < 1e-5 : Object.is(x, y));
