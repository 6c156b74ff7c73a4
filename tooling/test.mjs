// `npm test`: everything that has to hold before a change lands. Needs Node >= 20 and npm; installs what else it uses.
//   npm test                          all steps
//   npm test -- --only lint,units     these steps
//   npm run test:all                  also the long ones

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { hostNode, install, root } from './install.mjs';

/**
 * A step is a command. `shown`: its output is shown while it runs, otherwise only if it fails. `long`: it runs only
 * with `--all`, or when asked for by name. `summary`: it writes counts of its own tests to the file NN_SUMMARY.
 * @typedef {{ name: string, about: string, command: string, shown?: boolean, long?: boolean, summary?: boolean }} Step
 * @type {Step[]}
 */
const steps = [
  { name: 'typecheck', about: 'sources, tests and tools', command: 'tsc -p tsconfig.json' },
  { name: 'lint', about: 'type-aware', command: 'oxlint' },
  { name: 'imports', about: 'direction and circles', command: 'node tooling/imports.mjs' },
  { name: 'sizes', about: 'files over 300 lines', command: 'node tooling/sizes.mjs', shown: true },
  { name: 'unused', about: 'dead code, unused and missing dependencies', command: 'knip --no-config-hints' },
  { name: 'units', about: 'the tests of all packages', command: 'node tooling/with-vulkan.mjs vitest run --reporter=default --reporter=./tooling/vitest-summary.mjs', shown: true, summary: true },
  { name: 'build', about: 'all packages', command: 'turbo run build' },
  { name: 'check:pkg', about: 'publint and attw', command: 'turbo run check:pkg' },
  { name: 'consumers', about: 'packed, installed by npm, bundled', command: 'node tooling/consumers.mjs' },
  { name: 'cpu:matrix', about: 'the CPU backend on Node 20 and 24, 1 and 2 threads, with and without a BLAS', command: 'node tooling/cpu-matrix.mjs', long: true, shown: true },
  { name: 'consumers:20', about: 'the same on Node 20', command: 'node tooling/consumers.mjs --node 20', long: true },
  { name: 'start', about: 'npm start on a fresh copy', command: 'node tooling/fresh.mjs', shown: true },
  { name: 'versions', about: 'changeset version on a scratch copy', command: 'node tooling/versions.mjs' },
  { name: 'documents', about: 'the code in README, CONTRIBUTING and docs', command: 'node tooling/documents.mjs' },
  { name: 'docs', about: 'one site, no warnings', command: 'typedoc' },
];

/**
 * Says what is wrong with the command line, or only how to use it, and ends.
 * @returns {never}
 */
function usage(/** @type {string} */ message, status = 2) {
  (status ? console.error : console.log)(`${message}\n\nnpm test [-- --only name,name] [--all]\n\n${steps.map(({ name, about, long }) => `  ${name.padEnd(14)}${about}${long ? ' (with --all)' : ''}`).join('\n')}`);
  process.exit(status);
}

function commandLine() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    return usage(`test: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const options = commandLine();
if (options.help) usage('Runs everything that has to hold before a change lands.', 0);
const only = options.only?.split(',');
const unknown = only?.filter((name) => !steps.some((step) => step.name === name));
if (unknown?.length) usage(`test: no step named ${unknown.join(', ')}.`);

install('all');
const cache = join(root, 'node_modules/.cache/nn');
mkdirSync(cache, { recursive: true });
const summaryFile = join(cache, 'summary.json');
rmSync(summaryFile, { force: true });
const env = {
  ...process.env,
  PATH: [join(root, 'tooling/node_modules/.bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  NN_SUMMARY: summaryFile,
  NN_HOST_NODE: hostNode,
  ...(options.all ? { NN_ALL: '1' } : {}),
  TURBO_TELEMETRY_DISABLED: '1',
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
};

/** Runs a step; the answer is whether it succeeded, and what it wrote unless that was shown. */
async function run(/** @type {Step} */ step) {
  const out = step.shown ? 'inherit' : 'pipe';
  const child = spawn(step.command, { cwd: root, env, shell: true, stdio: ['ignore', out, out] });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const [status] = await once(child, 'close');
  return { ok: status === 0, output };
}

const total = { passed: 0, failed: 0, skipped: 0 };
const notes = /** @type {string[]} */ ([]);
for (const step of steps) {
  if (only && !only.includes(step.name)) continue;
  if (step.long && !options.all && !only) {
    total.skipped++;
    notes.push(`skipped: ${step.name} (${step.about}): long; npm run test:all runs it, and npm test -- --only ${step.name} runs it alone`);
    continue;
  }
  const start = performance.now();
  const { ok, output } = await run(step);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${step.name} (${step.about}) ${seconds} s`);
  if (!ok && output) console.log(output);
  const tests = step.summary && existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : { passed: Number(ok), failed: 0, skipped: 0, reasons: {} };
  total.passed += tests.passed;
  total.failed += ok ? 0 : Math.max(1, tests.failed);
  total.skipped += tests.skipped;
  for (const [reason, count] of Object.entries(tests.reasons)) notes.push(`skipped: ${step.name}: ${count} in ${reason}`);
  if (!ok) notes.push(`failed: ${step.name}; npm test -- --only ${step.name} runs it alone`);
}
for (const note of notes) console.log(note);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;
