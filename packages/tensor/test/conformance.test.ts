/** The suite itself, under a test runner of a few lines, without anything that records gradients; and that it finds faults. */
import { expect, it } from 'vitest';
import { complete, ReferenceBackend } from '@nn/tensor';
import { stridesOf, type Target, uniformNumbers } from '@nn/tensor/backend';
import { conformance, type ConformanceOptions, type Family } from '@nn/tensor/conformance';

/** Runs the suite as a page without a test framework would. */
async function report(backend: ReferenceBackend, options?: ConformanceOptions): Promise<{ passed: number; failed: string[]; skipped: string[] }> {
  const tests: { name: string; body: (context: { skip(reason?: string): void }) => Promise<void> }[] = [];
  const result = { passed: 0, failed: [] as string[], skipped: [] as string[] };
  conformance('a device', () => complete(backend), {
    describe: (_name, body) => body(),
    it: (name, body) => tests.push({ name, body }),
    expect: (actual) => ({ toEqual(expected) { if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(JSON.stringify(actual)); } }),
  }, options);
  for (const { name, body } of tests) {
    let reason: string | undefined;
    try {
      await body({ skip(why) { reason = why ?? ''; } });
      if (reason === undefined) result.passed++;
      else result.skipped.push(`${name}: ${reason}`);
    } catch (error) {
      result.failed.push(`${name}: ${String(error)}`);
    }
  }
  return result;
}

it('passes on the reference; without @nn/autograd, gradients are skipped and say why', async () => {
  const { passed, failed, skipped } = await report(new ReferenceBackend());
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(500);
  expect(skipped.every((text) => text.endsWith("nothing records gradients: import '@nn/autograd'"))).toBe(true);
});

/** Backends with one fault each, and where it has to show. */
const faults: readonly [fault: string, family: Family, Backend: new () => ReferenceBackend][] = [
  ['a wrong sum', 'reductions', class extends ReferenceBackend {
    override reduce(...args: Parameters<ReferenceBackend['reduce']>): void {
      super.reduce(...args);
      const [kind, , , , shape, , output] = args;
      if (kind === 'sum' && output.storage.dtype === 'float32' && shape.length === 3) this.write(output.storage, new Float32Array([9]), output.offset);
    }
  }],
  ['bounds that are not looked at', 'movement', class extends ReferenceBackend {
    override map(...[f, inputs, ...rest]: Parameters<ReferenceBackend['map']>): void { super.map(f, inputs.map((view) => ({ ...view, bounds: [] })), ...rest); }
  }],
  ['numbers that are compiled in', 'elementwise', class extends ReferenceBackend {
    readonly #first = new Map<string, readonly number[]>();
    override map(...[f, inputs, uniforms, ...rest]: Parameters<ReferenceBackend['map']>): void {
      if (!this.#first.has(f.key)) this.#first.set(f.key, uniforms);
      super.map(f, inputs, this.#first.get(f.key)!, ...rest);
    }
  }],
  ['a transpose taken for what it is not', 'matmul', class extends ReferenceBackend {
    override matmul(...[a, b, ...rest]: Parameters<ReferenceBackend['matmul']>): void { super.matmul(a, { ...b, strides: stridesOf(b.shape) }, ...rest); }
  }],
  ['an epilogue left out', 'matmul', class extends ReferenceBackend {
    override matmul(...[a, b, output]: Parameters<ReferenceBackend['matmul']>): void { super.matmul(a, b, output); }
  }],
  ['counters of 32 bits', 'creation', class extends ReferenceBackend {
    randomUniform(...[key, counter, length, output]: [readonly [number, number], number, number, Target]): void { this.write(output.storage, uniformNumbers(key, counter % 2 ** 32, length), output.offset); }
  }],
  ['duplicates that overwrite each other', 'indexing', class extends ReferenceBackend {
    override scatterAdd(...[source, index, axis, shape, output]: Parameters<ReferenceBackend['scatterAdd']>): void {
      super.scatterAdd(source, { ...index, strides: index.strides.map(() => 0) }, axis, shape, output);
    }
  }],
];

it.each(faults)('finds %s', async (_fault, family, Faulty) => {
  const { failed } = await report(new Faulty(), { families: [family] });
  expect(failed.length).toBeGreaterThan(0);
});

it('asks limits what to skip', async () => {
  const backend = new ReferenceBackend();
  const poor = Object.assign(backend, { limits: { ...backend.limits, dtypes: ['bool', 'int32', 'uint32', 'float32'], integers: 2 ** 24, nonFinite: false } as const });
  const { failed, skipped } = await report(poor, { families: ['dtypes', 'reductions'] });
  expect(failed).toEqual([]);
  expect(new Set(skipped.map((text) => text.split(': ').at(-1)))).toEqual(new Set(['no float16', 'no float64', 'integers are exact to 16777216 only', 'NaN and infinities are not IEEE 754', "import '@nn/autograd'"]));
});

it('has a small selection of every family', async () => {
  const { passed, failed } = await report(new ReferenceBackend(), { smoke: true });
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(20);
  expect(passed).toBeLessThan(120);
});
