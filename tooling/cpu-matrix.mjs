// The conformance suite on the CPU in all ways that it can compute: Node 24, and 20 where the host has it, 1 and 2 threads, plain and fused multiply-add, with and without
// a BLAS (NN_BLAS names one; otherwise the first that is found). Runs the built packages.
//   --run '{"threads": 1}'    one of them, in this process

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { run: { type: 'string' } } });
if (options.run) await conform(JSON.parse(options.run));
else matrix();

function matrix() {
  const host = process.env.NN_HOST_NODE;
  const old = host && spawnSync(host, ['--version'], { encoding: 'utf8' }).stdout.startsWith('v20.') ? [{ node: host, flags: /** @type {string[]} */ ([]) }, { node: host, flags: ['--experimental-wasm-relaxed-simd'] }] : [];
  if (old.length === 0) console.log('left out: the host has no Node 20');
  let failed = 0;
  for (const { node, flags } of [{ node: process.execPath, flags: [] }, ...old]) {
    for (const threads of [1, 2]) {
      for (const blas of ['off', process.env.NN_BLAS ?? 'auto']) {
        const { status } = spawnSync(node, [...flags, fileURLToPath(import.meta.url), '--run', JSON.stringify({ threads, blas })], { stdio: 'inherit' });
        if (status !== 0) failed++;
      }
    }
  }
  process.exitCode = failed ? 1 : 0;
}

async function conform(/** @type {{ threads: number, blas: string }} */ wanted) {
  await import('@nn/autograd');
  const { cpu } = await import('@nn/backend-cpu');
  const { conformance } = await import('@nn/tensor/conformance');
  const label = `Node ${process.versions.node}, ${JSON.stringify(wanted)}`;
  const device = await cpu(wanted).catch((/** @type {Error} */ error) => console.log(`left out: ${label}: ${error.message}`));
  if (!device) return;
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
  console.log(`${label}: ${tests.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped; ${device.describe()}`);
  await device.destroy();
  process.exit(failed ? 1 : 0);
}
