// The conformance suite on the CPU in all ways that it can compute: Node 24 and 20, 1 and 2 threads, plain SIMD and fused multiply-add, without and with a BLAS (NN_BLAS names
// one; otherwise the first that is found). Runs the built packages. Chromium is in the tests of @nn/backend-cpu, which run the whole suite there under npm run test:all.
//   --only '20, plain'        those whose names have all of these in them
//   --run '{"threads": 1}'    one of them, in this process

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { nodeOf } from './node-of.mjs';

/** @typedef {{ threads: number, blas: string, relaxed: boolean }} Way */
/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const { values: options } = parseArgs({ options: { only: { type: 'string' }, run: { type: 'string' } } });
if (options.run) await conform(JSON.parse(options.run));
else matrix(options.only?.split(',').map((word) => word.trim()) ?? []);

function matrix(/** @type {string[]} */ words) {
  const scratch = mkdtempSync(join(tmpdir(), 'nn-cpu-'));
  const total = { passed: 0, failed: 0, skipped: 0, reasons: /** @type {Record<string, number>} */ ({}) };
  try {
    for (const version of [24, 20]) {
      for (const threads of [1, 2]) {
        for (const relaxed of [false, true]) {
          for (const blas of ['off', process.env.NN_BLAS ?? 'auto']) {
            const name = `Node ${version}, ${threads} thread${threads === 1 ? '' : 's'}, ${relaxed ? 'relaxed' : 'plain'} SIMD, ${blas === 'off' ? 'no' : 'with'} BLAS`;
            if (words.every((word) => name.includes(word))) count(total, name, run(version, { threads, relaxed, blas }, scratch));
          }
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (process.env.NN_SUMMARY) writeFileSync(process.env.NN_SUMMARY, JSON.stringify(total));
  process.exitCode = total.failed ? 1 : 0;
}

/** One configuration, in a process of its own. */
function run(/** @type {number} */ version, /** @type {Way} */ way, /** @type {string} */ scratch) {
  const flags = version === 20 && way.relaxed ? ['--experimental-wasm-relaxed-simd'] : [];
  const { status, stdout } = spawnSync(nodeOf(version, process.env.NN_HOST_NODE ?? process.execPath, scratch), [...flags, fileURLToPath(import.meta.url), '--run', JSON.stringify(way)], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  const last = lines.pop() ?? '';
  for (const line of lines) console.log(line);
  return /** @type {Counts & { about: string } | { missing: string }} */ (last.startsWith('{') ? JSON.parse(last) : { passed: 0, failed: 1, skipped: 0, about: `ended with status ${status}: ${last}` });
}

function count(/** @type {Counts & { reasons: Record<string, number> }} */ total, /** @type {string} */ name, /** @type {ReturnType<typeof run>} */ result) {
  if ('missing' in result) {
    total.skipped++;
    total.reasons[`${name}: ${result.missing}`] = 1;
    console.log(`${name}: left out: ${result.missing}`);
    return;
  }
  const { passed, failed, skipped, about } = result;
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += result[key];
  if (skipped > 0) total.reasons[name] = skipped;
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped; ${about}`);
}

/** Runs the suite, and writes the counts as the last line. */
async function conform(/** @type {Way} */ { threads, blas, relaxed }) {
  // Node 24 cannot be told to do without relaxed SIMD. The backend asks the engine by validating a module, so one that says no is such an engine.
  if (!relaxed) WebAssembly.validate = () => false;
  await import('@nn/autograd');
  const { cpu } = await import('@nn/backend-cpu');
  const { conformance } = await import('@nn/tensor/conformance');
  const device = await cpu({ threads, blas }).catch((/** @type {Error} */ error) => { console.log(JSON.stringify({ missing: error.message })); });
  if (!device) return;
  const about = device.describe();
  if (about.includes('relaxed') !== relaxed) throw new Error(`cpu-matrix: ${relaxed ? 'relaxed' : 'plain'} SIMD was asked for, not ${about}`);
  const tests = /** @type {[string, (context: { skip(reason?: string): void }) => Promise<void>][]} */ ([]);
  conformance('cpu', () => Promise.resolve(device), {
    describe: (_, body) => { body(); },
    it: (name, body) => { tests.push([name, body]); },
    expect: (actual) => ({ toEqual(expected) { if (!isDeepStrictEqual(actual, expected)) throw new Error(`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`); } }),
  });
  let [failed, skipped] = [0, 0];
  for (const [name, body] of tests) {
    try {
      await body({ skip: () => { skipped++; } });
    } catch (error) {
      failed++;
      console.log(`${name}: ${/** @type {Error} */ (error).message}`);
    }
  }
  await device.destroy();
  console.log(JSON.stringify({ passed: tests.length - failed - skipped, failed, skipped, about }));
}
