// `npm run bench:gpu`: this framework, TensorFlow.js and jax-js on WebGPU, in Chromium on the same adapter, in turns. `npm run bench:gpu -- --help` says how it is used.
// Every iteration ends with reading its result. Of up to eight kernels of ours the time on the device itself, by timestamp queries, is shown as well.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleModule, serve } from '../page/bundle.ts';
import { launchChromium } from '../page/chromium.ts';
import { median } from './contestant.mjs';

const known = { tfjs: 'peers/tfjs-page.mjs', jax: 'peers/jax-page.mjs' };
const browsers = ['software', 'system'];

/**
 * Says what is wrong with the command line, or only how to use it, and ends.
 * @returns {never}
 */
function usage(/** @type {string} */ message, status = 2) {
  (status ? console.error : console.log)(`${message}

npm run bench:gpu [-- --only text,text] [--against peer,peer] [--rounds n] [--name machine] [--browser software|system]

  --only      only cases whose names begin so, e.g. gemm,step
  --against   some peers: ${Object.keys(known).join(', ')}; \`none\` for ourselves alone; all by default
  --rounds    iterations of each; 5 by default
  --name      writes tooling/bench/gpu-results/<machine>.json; without it nothing is written
  --browser   what Chromium is launched with: \`software\` (SwiftShader), the default, or \`system\`, the machine's own GPU

TensorFlow.js and jax-js are installed when first needed.`);
  process.exit(status);
}

function commandLine() {
  try {
    const { values } = parseArgs({ options: {
      only: { type: 'string' }, against: { type: 'string', default: Object.keys(known).join(',') }, rounds: { type: 'string', default: '5' }, name: { type: 'string' },
      browser: { type: 'string', default: 'software' }, help: { type: 'boolean' },
    } });
    if (values.help) usage('Measures this framework on WebGPU against its peers, in Chromium.', 0);
    const against = values.against.split(',').filter((name) => name !== 'none');
    const stranger = against.find((name) => !(name in known));
    if (stranger !== undefined) usage(`bench:gpu: no peer named ${stranger}.`);
    if (!browsers.includes(values.browser)) usage(`bench:gpu: --browser ${values.browser} is neither ${browsers.join(' nor ')}.`);
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) usage(`bench:gpu: --rounds ${values.rounds} is no number of iterations.`);
    return { ...values, against, rounds };
  } catch (error) {
    return usage(`bench:gpu: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const options = commandLine();
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const million = { rows: 1024, columns: 1024 };
const sizes = options.browser === 'system' ? [256, 512, 1024, 2048, 4096] : [256, 512];
const cases = [
  ...sizes.map((n) => ({ name: `gemm ${n}^3`, request: { case: 'gemm', m: n, n, k: n }, flops: 2 * n ** 3 })),
  { name: 'gemm of one row, 1 x 2048 x 2048', request: { case: 'gemm', m: 1, k: 2048, n: 2048 }, flops: 2 * 2048 ** 2 },
  { name: 'add, 1M numbers', request: { case: 'add', size: 2 ** 20 } },
  { name: 'exp, 1M numbers', request: { case: 'unary', op: 'exp', size: 2 ** 20 } },
  { name: 'sum over rows, 1M numbers', request: { case: 'sum', axis: 1, ...million } },
  { name: 'sum over columns, 1M numbers', request: { case: 'sum', axis: 0, ...million } },
  { name: 'softmax of rows, 1M numbers', request: { case: 'softmax', ...million } },
  ...[64, ...(options.browser === 'system' ? [1024] : [])].map((batch) => ({ name: `step of the lecture, batch ${batch}`, request: { case: 'step', batch }, flops: 2 * batch * (3 * (784 * 512 + 512 * 512 + 5120) - 784 * 512) })),
  ...[32, ...(options.browser === 'system' ? [256] : [])].map((batch) => ({ name: `step of a CNN, batch ${batch}`, request: { case: 'cnn', batch } })),
];
const chosen = cases.filter(({ name }) => !options.only || options.only.split(',').some((beginning) => name.startsWith(beginning)));
if (chosen.length === 0) usage(`bench:gpu: no case begins with ${options.only}. There are: ${cases.map(({ name }) => name).join('; ')}.`);

const peers = options.against;
if (peers.length > 0 && !existsSync(here('peers/node_modules/@tensorflow/tfjs-backend-webgpu'))) {
  spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here('peers'), stdio: 'inherit', shell: process.platform === 'win32' });
}
const { browser, missing } = await launchChromium(options.browser === 'system' ? 'system' : 'software');
if (!browser) throw new Error(missing);
const entries = { ours: 'contestants/ours-page.mjs', ...(peers.includes('tfjs') && { tfjs: known.tfjs }), ...(peers.includes('jax') && { 'jax-js': known.jax }) };
const sites = [];
/** @type {Map<string, import('playwright-core').Page>} */
const pages = new Map();
/** @type {Record<string, string>} */
const abouts = {};
for (const [key, entry] of Object.entries(entries)) {
  const site = await serve(await bundleModule(here(entry)));
  sites.push(site);
  const page = await browser.newPage();
  page.on('pageerror', (error) => { console.log(`${key}: ${error.message}`); });
  await page.goto(site.url, { waitUntil: 'load' });
  await page.waitForFunction(() => 'contestant' in globalThis, undefined, { timeout: 60_000 });
  abouts[key] = await page.evaluate(() => /** @type {any} */ (globalThis).contestant.about);
  pages.set(key, page);
  console.log(`${key}: ${abouts[key]}`);
}

/** One iteration in a page, in milliseconds; the first call of a case makes what it works on. */
const once = (/** @type {import('playwright-core').Page} */ page, /** @type {{ name: string, request: { case: string } & Record<string, unknown> }} */ { name, request }) =>
  page.evaluate(async ({ label, asked }) => {
    const { contestant } = /** @type {any} */ (globalThis);
    contestant.made ??= {};
    const run = (contestant.made[label] ??= contestant.cases[asked.case](asked));
    const start = performance.now();
    await run();
    return performance.now() - start;
  }, { label: name, asked: request });

const results = [];
for (const item of chosen) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries([...pages.keys()].map((key) => [key, []]));
  // The first ones compile, and ours times its candidates: eight tiles, twice each.
  for (let round = -18; round < options.rounds; round++) {
    for (const [key, page] of pages) {
      if (round < -3 && key !== 'ours') continue;
      const ms = await once(page, item);
      if (round >= 0) times[key]?.push(ms);
    }
  }
  const own = median(times['ours'] ?? []);
  const device = await pages.get('ours')?.evaluate((label) => {
    const { contestant } = /** @type {any} */ (globalThis);
    return contestant.onDevice(contestant.made[label]);
  }, item.name);
  results.push({ name: item.name, ...('flops' in item && { flops: item.flops }), ...(device && { onDevice: round4(device) }), ms: Object.fromEntries(Object.entries(times).map(([key, ms]) => [key, { median: round4(median(ms)), best: round4(Math.min(...ms)) }])) });
  console.log(`${item.name}: ${device ? `${device.toFixed(1)} ms on the device, ` : ''}${Object.entries(times).map(([key, ms]) => `${key} ${median(ms).toFixed(1)} ms${key === 'ours' ? '' : ` (${(median(ms) / own).toFixed(2)})`}`).join(', ')}`);
}
await browser.close();
for (const site of sites) site.close();
if (options.name) {
  mkdirSync(here('gpu-results'), { recursive: true });
  writeFileSync(here(`gpu-results/${options.name}.json`), `${JSON.stringify({ adapter: abouts['ours'], date: new Date().toISOString().slice(0, 10), contestants: abouts, cases: results }, null, 1)}\n`);
}

function round4(/** @type {number} */ ms) { return Number(ms.toPrecision(4)); }
