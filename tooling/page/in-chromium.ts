/**
 * Tests that run in a page, in real Chromium. The page is a module that is written like any test file (it imports `describe`, `it` and
 * `expect` from `vitest`), bundled and minified; each of its tests becomes one here.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleModule, type Headers, serve, type Site } from './bundle.ts';
import { launchChromium } from './chromium.ts';
import type { PageTests } from './vitest.ts';

/** How a page is opened. */
export interface PageOptions {
  /** What comes with every file. Default none; see `isolated` in bundle.ts. */
  readonly headers?: Headers;
  /** What stands behind the `?` of the address, for pages that read `location.search`. */
  readonly query?: string;
  /** Milliseconds that one of its tests may take. Default that of tests here. */
  readonly timeout?: number;
  /** Files that are served beside it. Default none. */
  readonly files?: Site;
  /** Complaints that are expected, such as those about what a policy refuses. Default none. */
  readonly expected?: RegExp;
}

let launched: ReturnType<typeof launchChromium> | undefined;
const bundles = new Map<string, Promise<Site>>();

/** The browser of this test file, started once; undefined, and one test skipped with the reason, where there is none. */
export async function chromium(name: string): Promise<Browser | undefined> {
  const { browser, missing } = await (launched ??= launchChromium());
  if (!browser) describe(name, () => { it('runs in Chromium', ({ skip }) => skip(missing)); });
  return browser;
}

afterAll(async () => { await (await launched)?.browser?.close(); });

/**
 * Registers the tests of the module `entry` under `name`, and one more: that the page had nothing to complain about.
 *
 * @example
 * await inChromium('in a page', new URL('page/conformance.ts', import.meta.url));
 */
export async function inChromium(name: string, entry: URL, { headers, query = '', files = new Map(), timeout, expected }: PageOptions = {}): Promise<void> {
  const browser = await chromium(name);
  if (!browser) return;
  const path = fileURLToPath(entry);
  if (!bundles.has(path)) bundles.set(path, bundleModule(path));
  const site = await serve(new Map([...await bundles.get(path)!, ...files]), headers);
  const page = await browser.newPage();
  const complaints = complaintsOf(page);
  await page.goto(`${site.url}${query && `?${query}`}`, { waitUntil: 'load' });
  const names = await page.evaluate(() => (globalThis as { pageTests?: PageTests }).pageTests?.names);
  if (!names) throw new Error(`${path}: the page registered no tests. ${complaints.join('\n')}`);
  describe(name, () => {
    for (const [test, title] of names.entries()) {
      it(title.join(' > '), { ...(timeout && { timeout }) }, async ({ skip }) => {
        const { state, note } = await page.evaluate((which) => (globalThis as { pageTests?: PageTests }).pageTests!.run(which), test);
        if (state === 'skipped') skip(note);
        if (state === 'failed') throw new Error(note);
      });
    }
    it('the page has nothing to complain about', () => { expect(complaints.filter((text) => !expected?.test(text))).toEqual([]); });
    afterAll(async () => {
      await page.close();
      site.close();
    });
  });
}

/** Errors and warnings that a page writes to its console or leaves uncaught, in a list that grows; not what drivers remark on speed. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/GL Driver Message \(OpenGL, Performance/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  return complaints;
}
