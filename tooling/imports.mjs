// Checks the imports of all packages: they run in one direction, and never in a circle; builds follow the same order. Types count for the direction
// (a package must not know what lies above it) but not for circles (they are gone when the program runs).

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What each package's sources may import of the others. Tests may import what the package lists in devDependencies. */
const below = {
  tensor: [],
  autograd: ['@nn/tensor', '@nn/tensor/backend', '@nn/tensor/trace'],
  layers: ['@nn/tensor', '@nn/tensor/trace', '@nn/autograd'],
  optim: ['@nn/tensor', '@nn/tensor/trace', '@nn/autograd'],
  metrics: ['@nn/tensor'],
  data: ['@nn/tensor'],
  viz: ['@nn/tensor'],
  train: ['@nn/tensor', '@nn/autograd', '@nn/layers', '@nn/optim', '@nn/data', '@nn/metrics'],
  'backend-cpu': ['@nn/tensor/backend'],
  'backend-gpujs': ['@nn/tensor/backend'],
  'backend-webgpu': ['@nn/tensor/backend'],
};

const root = fileURLToPath(new URL('..', import.meta.url));
const problems = /** @type {string[]} */ ([]);

/** The modules that a file imports, and whether anything but types comes from them. */
function importsOf(/** @type {string} */ file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = /** @type {{ name: string, runs: boolean }[]} */ ([]);
  /** @param {ts.Node} node */
  const visit = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      const typesOnly = ts.isImportDeclaration(node) ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword : node.isTypeOnly;
      found.push({ name: node.moduleSpecifier.text, runs: !typesOnly });
    }
    const [argument] = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
    if (argument && ts.isStringLiteral(argument)) found.push({ name: argument.text, runs: false }); // import(): later, so no circle
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The workspace packages that a package needs to be built, by its manifest and by its build's references. What vite builds needs none. */
function needs(/** @type {string} */ folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  if (!existsSync(join(root, folder, 'tsconfig.build.json'))) return { manifest: '', build: '' };
  const { config } = ts.readConfigFile(join(root, folder, 'tsconfig.build.json'), (file) => ts.sys.readFile(file));
  const listed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => name.startsWith('@nn/'));
  const referenced = config.references.map((/** @type {{ path: string }} */ { path }) => `@nn/${basename(dirname(path))}`);
  return { manifest: listed.sort().join(', '), build: referenced.sort().join(', ') };
}

/** The files of `graph` in circles, each circle once. */
function circles(/** @type {Map<string, string[]>} */ graph) {
  const state = new Map();
  const path = /** @type {string[]} */ ([]);
  const found = /** @type {string[][]} */ ([]);
  const walk = (/** @type {string} */ file) => {
    if (state.get(file) === 'open') found.push([...path.slice(path.indexOf(file)), file]);
    if (state.has(file)) return;
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file) ?? []) walk(next);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) walk(file);
  return found;
}

const graph = /** @type {Map<string, string[]>} */ (new Map());
for (const folder of globSync('{packages,apps}/*', { cwd: root })) {
  const name = folder.split(/[\\/]/)[1] ?? '';
  const allowed = /** @type {Record<string, string[]>} */ (below)[name];
  if (folder.startsWith('packages') && !allowed) problems.push(`${folder}: give it a place in the table of tooling/imports.mjs.`);
  const { manifest, build } = needs(folder);
  if (manifest !== build) problems.push(`${folder}: depends on ${manifest}, but tsconfig.build.json refers to ${build}.`);
  for (const path of globSync('{src,conformance,test}/**/*.ts', { cwd: join(root, folder) })) {
    const file = join(root, folder, path);
    const shown = relative(root, file);
    const inTest = path.startsWith('test');
    const next = /** @type {string[]} */ ([]);
    for (const { name, runs } of importsOf(file)) {
      const target = join(dirname(file), name);
      if (name.startsWith('.')) {
        const own = target.startsWith(join(root, folder)) || (inTest && target.startsWith(join(root, 'tooling')));
        if (!own) problems.push(`${shown}: imports ${name}, outside of its package.`);
        else if (!existsSync(target)) problems.push(`${shown}: imports ${name}, which is not there.`);
        else if (runs) next.push(target);
      } else if (name.startsWith('@nn/') && allowed && !inTest && !allowed.includes(name)) {
        problems.push(`${shown}: imports ${name}; ${folder} may import ${allowed.join(', ') || 'no other package'}.`);
      }
    }
    graph.set(file, next);
  }
}
for (const circle of circles(graph)) problems.push(`circle: ${circle.map((file) => relative(root, file)).join(' -> ')}`);

if (problems.length) console.error(problems.join('\n'));
else console.log(`${graph.size} files: every import points downwards, no circles.`);
process.exitCode = problems.length ? 1 : 0;
