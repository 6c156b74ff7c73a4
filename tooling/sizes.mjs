// Names the source files of more than 300 lines: a sign to split, not an error. Files of data (*-data.ts) do not count.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const files = globSync(['packages/*/{src,conformance,test}/**/*.ts', 'apps/*/{src,test}/**/*.ts', 'tooling/*.{mjs,ts}'], { cwd });
const long = files
  .filter((file) => !file.endsWith('-data.ts'))
  .map((file) => ({ file, lines: readFileSync(`${cwd}/${file}`, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > 300);
for (const { file, lines } of long) console.log(`warning: ${file} has ${lines} lines; 300 is a sign to split.`);
if (!long.length) console.log(`${files.length} files, none over 300 lines.`);
