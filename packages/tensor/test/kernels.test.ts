/** How many kernels a program needs: numbers are passed at run time, structure is compiled once. */
import { expect, it } from 'vitest';
import { complete, fuse, ReferenceBackend, type Scalar, scope, tensor } from '@nn/tensor';

/** A reference that notes the keys of the functions that it runs. */
class Counting extends ReferenceBackend {
  readonly keys = new Set<string>();
  override map(...args: Parameters<ReferenceBackend['map']>): void {
    this.keys.add(args[0].key);
    super.map(...args);
  }
}

it('10,000 changing numbers are one kernel per operation', () => {
  const backend = new Counting();
  const x = tensor([1, 2], { device: complete(backend) });
  backend.keys.clear();
  for (let i = 1; i <= 10_000; i++) scope(() => { x.mul(i * 0.01); });
  expect(backend.keys.size).toBe(1);
  for (let i = 1; i <= 1000; i++) scope(() => { x.add(i).clamp(-i, i).pow(i + 4).rsub(i / 3); });
  expect(backend.keys.size).toBeLessThanOrEqual(8);
});

it('a learning rate is an argument like any other', () => {
  const backend = new Counting();
  const device = complete(backend);
  const [p, g] = [tensor([1, 2], { device }), tensor([3, 4], { device })];
  backend.keys.clear();
  const step = fuse((x: Scalar, dx: Scalar, rate: Scalar) => x.sub(dx.mul(rate)));
  for (let i = 0; i < 10_000; i++) step.into([p], p, g, 1e-3 / (i + 1));
  expect(backend.keys.size).toBe(1);
});

it('a fused function is traced once per combination of dtypes', () => {
  let traced = 0;
  const f = fuse((x: Scalar, y: Scalar) => { traced++; return x.mul(y); });
  const x = tensor([1, 2]);
  for (let i = 0; i < 100; i++) f(x, i + 0.5);
  f(x, x);
  f(x, tensor([1, 2], { dtype: 'int32' }));
  f(2, x);
  expect(traced).toBe(4);
});

it('captured numbers are constants, each a kernel of its own', () => {
  const backend = new Counting();
  const x = tensor([1, 2], { device: complete(backend) });
  backend.keys.clear();
  for (const factor of [2, 3, 3]) fuse((a: Scalar) => a.mul(factor))(x);
  expect(backend.keys.size).toBe(2);
});
