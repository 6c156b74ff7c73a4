/** The page, as it is built for users, on every device that this browser has. */
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleProject, isolated, serve } from '../../../tooling/page/bundle.ts';
import { chromium, complaintsOf } from '../../../tooling/page/in-chromium.ts';

const browser = await chromium('the page');

describe.runIf(browser)('the page', async () => {
  const bundle = await bundleProject(fileURLToPath(new URL('..', import.meta.url)));
  const site = await serve(bundle, isolated);
  afterAll(() => { site.close(); });

  it.each([
    ['cpu', 10, /^cpu \(WebAssembly SIMD.* threads?\)$/],
    ['webgpu', 3, /^webgpu \(/],
    ['gpujs', 3, /^gpu\.js \S+, webgl2 \(/],
  ] as const)('learns the digits on %s', { timeout: 60_000 }, async (device, epochs, engine) => {
    const page = await browser!.newPage({ viewport: { width: 760, height: 800 } });
    const complaints = complaintsOf(page);
    await page.goto(`${site.url}?epochs=${epochs}`);
    await page.selectOption('[name=device]', device);
    await page.click('button');
    await page.waitForSelector('[name=state]:is(.done, .error)');
    const state = await page.textContent('[name=state]');
    expect(state).toMatch(new RegExp(`^Epoch ${epochs} of ${epochs}: \\d+\\.\\d%$`));
    expect(Number(/([\d.]+)%/.exec(state!)![1])).toBeGreaterThan(epochs === 10 ? 92 : 80);
    expect(await page.textContent('[name=engine]')).toMatch(engine);
    const points = await page.$$eval('svg path', (paths) => paths.map((path) => path.getAttribute('d')!.split('L').length));
    expect(points).toEqual([22 * epochs, epochs]);
    const right = await page.$$eval('.digits span', (captions) => captions.filter(({ textContent, className }) => /^\d$/.test(textContent) && className === '').length);
    expect(right).toBeGreaterThan(20);
    await page.close();
    expect(complaints).toEqual([]);
  });

  it('says that memory cannot be shared where the server does not send the headers', async () => {
    const plain = await serve(bundle);
    const page = await browser!.newPage();
    await page.goto(`${plain.url}?epochs=1`);
    await page.click('button');
    await page.waitForSelector('[name=state].done');
    expect(await page.textContent('[name=engine]')).toMatch(/1 thread(: memory cannot be shared here)?\)$/);
    await page.close();
    plain.close();
  });
});
