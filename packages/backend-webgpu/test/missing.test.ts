/** What is said where something is missing: in real installations without it, and in a browser that offers nothing. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleModule, serve, type Site } from '../../../tooling/page/bundle.ts';
import { launchChromium } from '../../../tooling/page/chromium.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What `webgpu()` of the sources in `folder` says in a process of its own. */
function told(folder: string, environment: NodeJS.ProcessEnv = {}): string {
  const source = pathToFileURL(join(folder, 'index.ts')).href;
  const program = `import { webgpu } from ${JSON.stringify(source)}; await webgpu().then((device) => console.log(device.describe()), (error) => console.log(error.message));`;
  return execFileSync(process.execPath, ['--conditions=@nn/source', '--input-type=module', '-e', program], {
    encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

describe('in Node', () => {
  const root = mkdtempSync(join(tmpdir(), 'nn-webgpu-'));
  afterAll(() => { rmSync(root, { recursive: true }); });

  /** These sources, installed beside @nn/tensor; `dawn` puts the files of the package `webgpu` into a folder. */
  function installed(name: string, dawn?: (folder: string) => void): string {
    const folder = join(root, name);
    cpSync(here('../src'), join(folder, 'src'), { recursive: true });
    mkdirSync(join(folder, 'node_modules/@nn'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(here('../../tensor'), join(folder, 'node_modules/@nn/tensor'), 'junction');
    dawn?.(join(folder, 'node_modules/webgpu'));
    return join(folder, 'src');
  }

  /** The package as npm brings it, but for its binaries. */
  function scripts(folder: string): void {
    const from = dirname(createRequire(import.meta.url).resolve('webgpu'));
    mkdirSync(folder);
    for (const file of ['package.json', 'index.js']) cpSync(join(from, file), join(folder, file));
  }

  it('the package', () => { expect(told(installed('nothing'))).toBe('webgpu: the npm package "webgpu" (Dawn) is not installed. Install it: npm install webgpu'); });

  it('a binary for this platform', () => {
    expect(told(installed('no-binary', scripts))).toBe(`webgpu: the npm package "webgpu" has no binary for ${process.platform}-${process.arch}. It has them for Linux (glibc), macOS and Windows on x64 and arm64; use the cpu device here.`);
  });

  it('a binary that loads', () => {
    const text = told(installed('broken-binary', (folder) => {
      scripts(folder);
      const place = join(folder, 'dist', `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'dawn.node'), 'not a library');
    }));
    expect(text).toMatch(/^webgpu: Dawn's binary for \S+ does not load \(.+\)\. On Linux it needs glibc 2\.34 or later \(not musl\); use the cpu device here\.$/);
  });

  it('an adapter', ({ skip }) => {
    const text = told(here('../src'), { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' });
    if (text.startsWith('webgpu (')) skip(`Dawn finds an adapter without Vulkan's drivers: ${text}`);
    expect(text).toMatch(/^webgpu: Dawn finds no GPU adapter\. .*mesa-vulkan-drivers/);
  });
});

describe('in a page', () => {
  let launched: Awaited<ReturnType<typeof launchChromium>>;
  let site: Site;
  beforeAll(async () => {
    launched = await launchChromium('none');
    site = await bundleModule(fileURLToPath(new URL('page/missing.ts', import.meta.url)));
  });
  afterAll(async () => { await launched.browser?.close(); });
  const toldIn = (page: Awaited<ReturnType<NonNullable<typeof launched.browser>['newPage']>>) => page.evaluate(() => (globalThis as { told?: Promise<string> }).told);

  it('an adapter', async ({ skip }) => {
    const { browser, missing } = launched;
    if (!browser) return skip(missing);
    const served = await serve(site);
    const page = await browser.newPage();
    await page.goto(served.url);
    expect(await toldIn(page)).toBe('webgpu: this browser finds no GPU adapter. Update the browser and the GPU driver, or look at chrome://gpu for why it is off. Or use the cpu device.');
    served.close();
  });

  it('a secure address', async ({ skip }) => {
    const { browser, missing } = launched;
    if (!browser) return skip(missing);
    const page = await browser.newPage();
    await page.route('http://insecure.test/**', (route) => {
      const path = new URL(route.request().url()).pathname.slice(1) || 'index.html';
      return route.fulfill({ body: Buffer.from(site.get(path) ?? ''), contentType: path.endsWith('.js') ? 'text/javascript' : 'text/html' });
    });
    await page.goto('http://insecure.test/');
    expect(await toldIn(page)).toBe('webgpu: this browser offers no WebGPU. It takes a recent browser and a secure page (https or localhost). Or use the cpu device.');
  });
});
