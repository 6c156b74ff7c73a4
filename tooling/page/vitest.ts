/**
 * What `vitest` is in a page (bundle.ts puts it in that place): `describe`, `it` and `expect`, by which a page's module registers its
 * tests. They run one by one, as the tests outside ask for them (in-chromium.ts).
 */
import { chai, getState, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect';

/** How a test ended. */
export interface PageResult { readonly state: 'passed' | 'skipped' | 'failed'; readonly note: string }

/** What a page offers to the tests outside. */
export interface PageTests {
  /** The names of suites and test, outermost first. */
  readonly names: readonly (readonly string[])[];
  run(test: number): Promise<PageResult>;
}

interface TestContext { skip(reason?: string): never }
type Body = (context: TestContext) => unknown;

class Skipped extends Error {}

const tests: { readonly name: readonly string[]; readonly body: Body }[] = [];
let suites: readonly string[] = [];

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
export const expect = Object.assign((value: unknown, message?: string) => chai.expect(value, message), chai.expect);
// The object under which matchers keep what they count.
setState({ ...getState(expect as never), assertionCalls: 0 }, expect as never);

export function describe(name: string, body: () => void): void {
  const outer = suites;
  suites = [...outer, name];
  try {
    body();
  } finally {
    suites = outer;
  }
}

export function it(name: string, body: Body): void {
  tests.push({ name: [...suites, name], body });
}

const context: TestContext = { skip(reason = 'no reason given') { throw new Skipped(reason); } };

async function run(test: number): Promise<PageResult> {
  try {
    await tests[test]!.body(context);
    return { state: 'passed', note: '' };
  } catch (error) {
    if (error instanceof Skipped) return { state: 'skipped', note: error.message };
    return { state: 'failed', note: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

(globalThis as { pageTests?: PageTests }).pageTests = { get names() { return tests.map(({ name }) => name); }, run };
