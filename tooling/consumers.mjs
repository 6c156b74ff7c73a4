// Checks the packages as their users get them: packed, installed by npm in an empty folder without the network, type-
// checked, and run by the host's Node and by the repository's. One program is bundled and minified first.
//   --node 20    runs them on the newest Node 20 instead

import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

/** Each program of tooling/consumers/, and all that is installed for it. */
const consumers = [
  { program: 'tensor', packages: ['tensor'] },
  { program: 'autograd', packages: ['tensor', 'autograd'] },
  { program: 'minified', packages: ['tensor', 'autograd'], bundled: true },
  { program: 'layers', packages: ['tensor', 'autograd', 'layers', 'optim', 'backend-cpu'] },
  { program: 'no-engine', packages: ['tensor', 'backend-webgpu'] },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nn-consumers-'));
const shell = process.platform === 'win32';
const { values: options } = parseArgs({ options: { node: { type: 'string' } } });

/** Runs a command; its messages come with the error if it fails. */
function run(/** @type {string} */ cwd, /** @type {string} */ command, /** @type {string[]} */ ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, shell, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`consumers: ${[command, ...args].join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
}

const compilerOptions = { target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable', 'DOM'], types: [], module: 'NodeNext', strict: true, outDir: '.' };

/** An empty folder with the packages and the program in it, type-checked and compiled. */
function prepare(/** @type {string} */ program, /** @type {string[]} */ packages) {
  const folder = join(scratch, program);
  mkdirSync(folder);
  copyFileSync(join(root, `tooling/consumers/${program}.ts`), join(folder, 'program.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: program, private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tarballs = packages.flatMap((name) => globSync(join(scratch, `nn-${name}-[0-9]*.tgz`)));
  run(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs);
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
  copyFileSync(join(folder, 'bundle/program.js'), join(folder, 'program.js'));
}

/** The Node programs to run with. */
function nodes() {
  if (!options.node) return [...new Set([process.env.NN_HOST_NODE ?? process.execPath, process.execPath])];
  const folder = join(scratch, 'node');
  mkdirSync(folder);
  run(folder, 'npm', 'install', '--prefix', '.', '--no-audit', '--no-fund', '--loglevel=error', `node@${options.node}`);
  return [join(folder, 'node_modules/.bin/node')];
}

try {
  run(root, 'pnpm', '--filter', './packages/*', 'pack', '--pack-destination', scratch);
  const engines = nodes();
  for (const { program, packages, bundled } of consumers) {
    const folder = prepare(program, packages);
    if (bundled) await bundle(folder);
    for (const node of engines) run(folder, node, 'program.js');
    const size = bundled ? `, ${Math.round(readFileSync(join(folder, 'program.js')).length / 1024)} KiB` : '';
    console.log(`${program}: ${packages.join(', ')}${size}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
