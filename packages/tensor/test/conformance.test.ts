/** The suite itself, under a test runner of a few lines, without anything that records gradients; and that it finds faults. */
import { expect, it } from 'vitest';
import { complete, ReferenceBackend } from '@nn/tensor';
import { conformance, type ConformanceOptions } from '@nn/tensor/conformance';

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

it('finds wrong sums', async () => {
  class Wrong extends ReferenceBackend {
    override reduce(...args: Parameters<ReferenceBackend['reduce']>): void {
      super.reduce(...args);
      const [kind, , , , shape, , output] = args;
      if (kind === 'sum' && output.storage.dtype === 'float32' && shape.length === 3) this.write(output.storage, new Float32Array([9]), output.offset);
    }
  }
  const { failed } = await report(new Wrong(), { families: ['reductions'] });
  expect(failed.length).toBeGreaterThan(3);
  expect(failed[0]).toMatch(/^sum over all choices of axes: Error: \["result 0 \(float32 \[\]\) differs at 1 of 1 elements, first at 0: 9 instead of /);
});

it('asks limits what to skip', async () => {
  const backend = new ReferenceBackend();
  const poor = Object.assign(backend, { limits: { ...backend.limits, dtypes: ['bool', 'int32', 'uint32', 'float32'], integers: 2 ** 24, nonFinite: false } as const });
  const { failed, skipped } = await report(poor, { families: ['dtypes', 'reductions'] });
  expect(failed).toEqual([]);
  expect(new Set(skipped.map((text) => text.split(': ').at(-1)))).toEqual(new Set(['no float64', 'integers are exact to 16777216 only', 'NaN and infinities are not IEEE 754', "import '@nn/autograd'"]));
});

it('has a small selection of every family', async () => {
  const { passed, failed } = await report(new ReferenceBackend(), { smoke: true });
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(20);
  expect(passed).toBeLessThan(120);
});
