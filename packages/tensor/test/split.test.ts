/** Cutting functions that bind too much: every piece fits, and together they compute the same. */
import { describe, expect, it } from 'vitest';
import { complete, Generator, ReferenceBackend, tensor, type Tensor, fuse, type Scalar } from '@nn/tensor';
import type { Backend, Limits } from '@nn/tensor/backend';

/** A reference that takes little, and counts its kernels. */
function tight(room: Partial<Limits>): { readonly backend: Backend; readonly kernels: { inputs: number; outputs: number; storages: number; uniforms: number }[] } {
  const backend = new ReferenceBackend();
  const kernels: { inputs: number; outputs: number; storages: number; uniforms: number }[] = [];
  const map = backend.map.bind(backend);
  return {
    kernels,
    backend: Object.assign(backend, {
      limits: { ...backend.limits, ...room },
      map(...[f, inputs, uniforms, outputs, shape]: Parameters<typeof map>) {
        kernels.push({ inputs: inputs.length, outputs: outputs.length, storages: new Set([...inputs, ...outputs].map(({ storage }) => storage)).size, uniforms: uniforms.length });
        map(f, inputs, uniforms, outputs, shape);
      },
    }),
  };
}

const rooms = [{ inputs: 3, outputs: 1, bindings: 4, uniforms: 2 }, { inputs: 7, outputs: 4, bindings: 8, uniforms: 4 }, { inputs: 16, outputs: 1, bindings: 17, uniforms: 8 }] as const;
const random = new Generator(11);
const pick = (count: number) => Math.floor(random.uniform(1)[0]! * count);

/** Some function of `count` operands with `roots` results, different every time. */
function scribble(count: number, roots: number): (...xs: Scalar[]) => Scalar[] {
  const choices = Array.from({ length: 4 * count }, () => [pick(5), pick(1000), pick(1000)] as const);
  return (...xs) => {
    const made = [...xs];
    for (const [what, left, right] of choices) {
      const [a, b] = [made[left % made.length]!, made[right % made.length]!];
      made.push([a.add(b), a.mul(0.5).sub(b), a.maximum(b), a.where(a.lt(b), b.tanh()), a.mul(b).tanh()][what]!);
    }
    return Array.from({ length: roots }, (_, i) => made[made.length - 1 - i]!.add(xs[i % xs.length]!));
  };
}

describe.each(rooms)('within $inputs inputs, $outputs outputs, $uniforms uniforms', (room) => {
  it('any function is computed in pieces that fit', async () => {
    for (let round = 0; round < 20; round++) {
      const [tensors, numbers, roots] = [1 + pick(20), pick(8), 1 + pick(6)];
      const body = scribble(tensors + numbers, roots);
      const { backend, kernels } = tight(room);
      const results = async (device: ReturnType<typeof complete>): Promise<number[]> => {
        const source = new Generator(round);
        const xs = Array.from({ length: tensors }, () => tensor(source.uniform(6), { shape: [2, 3], device }));
        const out: readonly Tensor[] = fuse(body)(...xs, ...Array.from({ length: numbers }, (_, i) => i / 4 - 1));
        return (await Promise.all(out.map((y) => y.data()))).flatMap((values) => [...values]);
      };
      const [expected, found] = [await results(complete(new ReferenceBackend())), await results(complete(backend))];
      expect(found.every((value, i) => Math.abs(value - expected[i]!) < 1e-5)).toBe(true);
      for (const kernel of kernels) {
        expect(kernel.inputs).toBeLessThanOrEqual(room.inputs);
        expect(kernel.outputs).toBeLessThanOrEqual(room.outputs);
        expect(kernel.storages).toBeLessThanOrEqual(room.bindings);
        expect(kernel.uniforms).toBeLessThanOrEqual(room.uniforms);
      }
    }
  });
});

it('what fits is one kernel', () => {
  const { backend, kernels } = tight(rooms[1]);
  const device = complete(backend);
  const x = tensor([1, 2], { device });
  fuse((a: Scalar, b: Scalar) => [a.add(b), a.mul(b)])(x, x.add(1));
  expect(kernels).toHaveLength(2);
});

it('nothing of a cut is left behind', () => {
  const device = complete(tight(rooms[0]).backend);
  const xs = Array.from({ length: 12 }, (_, i) => tensor([i, i], { device }));
  const before = device.memory();
  const [y] = [fuse((...parts: Scalar[]) => parts.reduce((sum, part) => sum.mul(0.5).add(part)))(...xs)];
  y.release();
  expect(device.memory().bytes).toBe(before.bytes);
});
