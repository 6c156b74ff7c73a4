// Checks the packages as their users get them: packed, installed by npm in an empty folder without the network, type-
// checked, and run by the host's Node and by the repository's. One program is bundled and minified first.
//   --node 20    runs them on Node 20 instead: the host's, or the newest

import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { nodeOf } from './node-of.mjs';

/**
 * Each program of tooling/consumers/, and all that is installed for it. `most` bounds the installation: seconds, and MiB on disk.
 * @type {{ program: string, packages: string[], bundled?: boolean, most?: { seconds: number, mebibytes: number } }[]}
 */
const consumers = [
  { program: 'tensor', packages: ['tensor'] },
  { program: 'autograd', packages: ['tensor', 'autograd'] },
  { program: 'minified', packages: ['tensor', 'autograd'], bundled: true },
  { program: 'layers', packages: ['tensor', 'autograd', 'layers', 'optim', 'backend-cpu'] },
  { program: 'threads', packages: ['tensor', 'backend-cpu'], bundled: true },
  { program: 'gpujs', packages: ['tensor', 'autograd', 'backend-gpujs'], bundled: true, most: { seconds: 10, mebibytes: 8 } },
  { program: 'no-engine', packages: ['tensor', 'backend-webgpu'] },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nn-consumers-'));
const shell = process.platform === 'win32';
const { values: options } = parseArgs({ options: { node: { type: 'string' } } });

/** Runs a command; its messages come with the error if it fails. */
function run(/** @type {string} */ cwd, /** @type {string} */ command, /** @type {string[]} */ ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, shell, encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw error ?? new Error(`consumers: ${[command, ...args].join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
}

const compilerOptions = { target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable', 'DOM'], types: [], module: 'NodeNext', strict: true, outDir: '.' };

/** An empty folder with the packages and the program in it, type-checked and compiled. */
function prepare(/** @type {typeof consumers[number]} */ { program, packages, most }) {
  const folder = join(scratch, program);
  mkdirSync(folder);
  copyFileSync(join(root, `tooling/consumers/${program}.ts`), join(folder, 'program.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: program, private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tarballs = packages.flatMap((name) => globSync(join(scratch, `nn-${name}-[0-9]*.tgz`)));
  const began = performance.now();
  run(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs);
  const seconds = (performance.now() - began) / 1000;
  const mebibytes = globSync('node_modules/**/*', { cwd: folder }).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 2 ** 20;
  if (most && (seconds > most.seconds || mebibytes > most.mebibytes)) {
    throw new Error(`consumers: installing ${program} took ${seconds.toFixed(1)} s and ${mebibytes.toFixed(1)} MiB. It may take ${most.seconds} s and ${most.mebibytes} MiB.`);
  }
  run(folder, 'tsc', '-p', 'tsconfig.json');
  return folder;
}

/** Replaces the program by its bundled and minified form, and takes the packages away. */
async function bundle(/** @type {string} */ folder) {
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: 'program.js', outDir: 'bundle', minify: true, target: 'es2022' },
  });
  rmSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(join(folder, 'bundle'), folder, { recursive: true });
}

/** The Node programs to run with. */
function nodes() {
  if (!options.node) return [...new Set([process.env.NN_HOST_NODE ?? process.execPath, process.execPath])];
  return [nodeOf(options.node, process.env.NN_HOST_NODE ?? process.execPath, scratch)];
}

try {
  run(root, 'pnpm', '--filter', './packages/*', 'pack', '--pack-destination', scratch);
  const engines = nodes();
  for (const consumer of consumers) {
    const { program, packages, bundled } = consumer;
    const folder = prepare(consumer);
    if (bundled) await bundle(folder);
    for (const node of engines) run(folder, node, 'program.js');
    const size = bundled ? `, ${Math.round(readFileSync(join(folder, 'program.js')).length / 1024)} KiB` : '';
    console.log(`${program}: ${packages.join(', ')}${size}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
