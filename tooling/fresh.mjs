// Checks `npm start` on a fresh copy of the repository: it speaks at once, installs only what the program needs, trains
// on the digits in time, and the second time neither installs nor builds.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'nn-fresh-'));
const node = process.env.NN_HOST_NODE ?? process.execPath;
const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter), CI: 'true', npm_node_execpath: node };

/** Runs the start program; the answer is when its first line came and when it ended, in seconds. */
async function start(/** @type {string[]} */ ...args) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const child = spawn(node, ['tooling/start.mjs', ...args], { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let first = Infinity;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      first = Math.min(first, seconds());
      output += chunk;
    });
  }
  const [status] = await once(child, 'close');
  assert.equal(status, 0, `start ended with status ${status}:\n${output}`);
  return { first, end: seconds() };
}

try {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) cpSync(join(root, file), join(copy, file));

  const fresh = await start('--epochs', '1');
  const again = await start('--epochs', '1');
  const installed = readdirSync(join(copy, 'node_modules/.pnpm')).join(' ');
  for (const name of ['vitest', 'chromium', 'webgpu', 'gpu.js', 'oxlint']) assert.ok(!installed.includes(name), `${name} was installed`);
  assert.ok(fresh.first < 5, `the first line came after ${fresh.first} s`);
  assert.ok(fresh.end < 120, `the first run took ${fresh.end} s`);
  assert.ok(again.end < fresh.end, `the second run took ${again.end} s, the first one ${fresh.end} s`);
  console.log(`first line ${fresh.first.toFixed(1)} s, first run ${fresh.end.toFixed(1)} s, second run ${again.end.toFixed(1)} s`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
