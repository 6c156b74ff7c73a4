/**
 * The conformance suite: what every backend has to get right, compared with the reference. An adapter's whole test file is
 *
 * ```ts
 * import { describe, expect, it } from 'vitest';
 * import '@nn/autograd';
 * import { conformance } from '@nn/tensor/conformance';
 * import { cpu } from '@nn/backend-cpu';
 *
 * conformance('cpu', () => cpu(), { describe, expect, it });
 * ```
 *
 * It needs no test runner of its own choice: vitest, `node:test` with an `expect` of two lines, or a few functions in a page.
 * Without `@nn/autograd` the gradients are skipped. What a device cannot do, by its `limits`, is skipped with the reason.
 * @packageDocumentation
 */
import { type Device, reference } from '../src/index.ts';
import { slot } from '../src/tracer.ts';
import { arranging } from './arranging.ts';
import type { Case } from './case.ts';
import { convolution } from './convolution.ts';
import { creation } from './creation.ts';
import { dtypes } from './dtypes.ts';
import { elementwise } from './elementwise.ts';
import { empty } from './empty.ts';
import { errors } from './errors.ts';
import { fused } from './fused.ts';
import { float16 } from './halves.ts';
import { indexing } from './indexing.ts';
import { joining } from './joining.ts';
import { matmul } from './matmul.ts';
import { memory } from './memory.ts';
import { movement } from './movement.ts';
import { ordering } from './ordering.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { rows } from './rows.ts';
import { statistics } from './statistics.ts';
import { training } from './training.ts';
import { updates } from './updates.ts';

export { type Measured, type Measurement, measure, type Way } from './measure.ts';

/** What the suite uses of a test runner. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  /** `body` may call `context.skip(reason)`, whether that throws or returns. */
  it(name: string, body: (context: TestContext) => Promise<void>): unknown;
  expect(actual: unknown): { toEqual(expected: unknown): unknown };
}

export interface TestContext { skip(reason?: string): unknown }

export interface ConformanceOptions {
  /** Only the small selection that stands for the whole: about a tenth. */
  readonly smoke?: boolean;
  /** Only these families. */
  readonly families?: readonly Family[];
}

/** The parts of the suite. */
export type Family =
  | 'elementwise' | 'fused' | 'reductions' | 'rows' | 'matmul' | 'movement' | 'indexing' | 'joining'
  | 'dtypes' | 'creation' | 'empty' | 'memory' | 'errors' | 'convolution' | 'training'
  | 'statistics' | 'ordering' | 'arranging' | 'updates' | 'products' | 'float16';

const families: Readonly<Record<Family, readonly Case[]>> = {
  elementwise, fused, reductions, rows, matmul, movement, indexing, joining, dtypes, creation, empty, memory, errors, convolution, training,
  statistics, ordering, arranging, updates, products, float16,
};

/**
 * Registers the tests of a device.
 *
 * @param makeDevice is called once; the device is destroyed by the last test
 */
export function conformance(name: string, makeDevice: () => Promise<Device> | Device, { describe, it, expect }: TestRunner, options: ConformanceOptions = {}): void {
  const standard = reference();
  let made: Promise<Device> | undefined;
  const device = () => (made ??= Promise.resolve(makeDevice()));
  const register = (test: Case) => it(test.name, async (context) => {
    const { limits } = await device();
    const reason = test.needs.map((need) => need(limits)).find((missing) => missing !== undefined)
      ?? (test.gradients && !slot.tracer ? "nothing records gradients: import '@nn/autograd'" : undefined);
    if (reason === undefined) expect(await test.run({ device: await device(), reference: standard })).toEqual([]);
    else context.skip(reason);
  });
  describe(`${name} conforms`, () => {
    for (const [family, cases] of Object.entries<readonly Case[]>(families)) {
      if (options.families && !options.families.includes(family as Family)) continue;
      const chosen = cases.filter(({ smoke }) => smoke || !options.smoke);
      if (chosen.length > 0) describe(family, () => { for (const test of chosen) register(test); });
    }
    it('lets go of the device', async () => { await (await device()).destroy(); });
  });
}
