// Runs every ```ts block of the documents, and compares what it prints with the ```text block that follows it, if one does.
// Blocks are type-checked as well. A block that begins with `// file: name.ts` is only a file that later blocks of its document import.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tooling = dirname(fileURLToPath(import.meta.url));
const root = join(tooling, '..');
const out = join(tooling, '.documents');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const inFolder = (/** @type {string} */ folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((name) => name.endsWith('.md')).map((name) => join(folder, name)) : []);
const documents = ['README.md', 'CONTRIBUTING.md', ...inFolder('docs')];
const blocks = documents.flatMap((document) => {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\s*```text\n([\s\S]*?)^```)?/gm)].map(([, code = '', printed], i) => {
    const name = /^\/\/ file: (\S+)/.exec(code)?.[1];
    const file = name ?? `${document.replace(/\W+/g, '-')}-${i + 1}.ts`;
    writeFileSync(join(out, file), code);
    return { document, file, printed, runs: !name };
  });
});

writeFileSync(join(out, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: { types: ['node'] }, include: ['*.ts'] }));
let failed = 0;
const report = (/** @type {string} */ what, /** @type {string} */ detail) => {
  failed++;
  console.log(`${what}\n${detail}`);
};

const types = spawnSync('tsc', ['-p', out], { encoding: 'utf8' });
if (types.status !== 0) report('documents: type errors', types.stdout);
for (const { document, file, printed, runs } of blocks) {
  if (!runs) continue;
  const { status, stdout, stderr } = spawnSync('node', ['--conditions=@nn/source', join(out, file)], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  if (status !== 0) report(`${document}: ${file} failed`, stderr);
  else if (printed !== undefined && stdout.trim() !== printed.trim()) report(`${document}: ${file} printed something else`, `${stdout}--- instead of\n${printed}`);
}
console.log(`documents: ${blocks.length} blocks of ${documents.length} documents, ${failed} wrong`);
process.exitCode = failed ? 1 : 0;
