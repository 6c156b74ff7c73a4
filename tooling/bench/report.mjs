// docs/benchmarks.md, from the results that are there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { groups } from './cases.mjs';
import { reached } from './goals.mjs';

/** @typedef {{ median: number, best: number }} Figure */
/** @typedef {{ machine: string, date: string, note?: string | undefined, contestants: Record<string, string>, cases: { name: string, group: string, flops?: number, unit?: string, values: Record<string, Figure> }[] }} Results */

const folder = new URL('results/', import.meta.url);

export function report() {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')).sort() : [];
  const pages = files.map((file) => page(file.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));
  writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), `# Benchmarks

What is installed by default comes first: **ours** is \`cpu()\` as \`npm install @nn/backend-cpu\` brings it, WebAssembly that is emitted at run time, one thread per core, no
flag and nothing native. "ours, BLAS" is \`cpu({ blas })\`, which needs koffi and a library of the system. The programs are the README's plain loop: nobody disposes of
anything in a step, and loss and accuracy are read where the lecture reads them.

\`npm run bench -- --name <machine>\` measures and writes this page (\`npm run bench -- --help\`). Contestants take turns of some hundred milliseconds, so that what else the
machine does meets all of them alike. Figures are medians, in milliseconds where nothing else is said, and in brackets how many times as much that is as ours.
PyTorch stands for the better of one thread and one per core, with the BLAS that it has loaded; its step is written with modules and with bare tensors, its epoch with
\`num_workers=0\` and \`4\`. "FMA ceiling" is what one core does in 128-bit registers alone, as many multiply-adds as the product takes.

${pages.join('\n')}`);
}

function page(/** @type {string} */ name, /** @type {Results} */ { machine, date, note, contestants, cases }) {
  const merged = mergedCases(cases);
  return `## ${name}: ${machine}, ${date}

${Object.entries(contestants).map(([label, about]) => `- ${label}: ${about}`).join('\n')}
${note ? `\n${note}\n` : ''}
${goalTable(merged)}
${Object.entries(groups).flatMap(([group, title]) => table(title, merged.filter((item) => item.group === group))).join('\n')}`;
}

/** What a label stands for: PyTorch and a BLAS alone are there with several thread settings. */
export const contestantOf = (/** @type {string} */ label) => label.replace(/^(PyTorch|BLAS alone), \d+ threads?/, '$1');

/** The better of the thread settings under one name. */
export const mergedCases = (/** @type {Results['cases']} */ cases) => cases.map((item) => {
  const values = /** @type {Record<string, Figure>} */ ({});
  for (const [key, figure] of Object.entries(item.values)) {
    const name = contestantOf(key);
    if (!values[name] || figure.median < values[name].median) values[name] = figure;
  }
  return { ...item, values };
});

/** What was meant to be reached, and what was. */
export const goalLines = (/** @type {Results['cases']} */ merged) => reached(merged).map(({ text, wanted, value, met }) => ({ text, wanted, value: figure(value), met: met ? 'yes' : 'no' }));

function goalTable(/** @type {Results['cases']} */ merged) {
  const lines = goalLines(merged);
  return lines.length === 0 ? '' : `### What it is meant to reach

| | wanted | measured | met |
|---|---|---|---|
${lines.map(({ text, wanted, value, met }) => `| ${text} | ${wanted} | ${value} | ${met} |`).join('\n')}
`;
}

/** A table, or nothing for nothing. */
function table(/** @type {string} */ title, /** @type {Results['cases']} */ rows) {
  if (rows.length === 0) return [];
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const gflops = rows.some(({ flops }) => flops);
  const cell = (/** @type {typeof rows[number]} */ { values, unit }, /** @type {string} */ key) => {
    const [value, own] = [values[key], values['ours']];
    if (!value) return '';
    const text = `${figure(value.median)}${unit ? ` ${unit}` : ''}`;
    return key === 'ours' || !own ? text : `${text} (${(value.median / own.median).toFixed(2)})`;
  };
  return [`### ${title}

| |${gflops ? ' GFLOPS |' : ''} ${columns.join(' | ')} |
|---|${gflops ? '---|' : ''}${columns.map(() => '---|').join('')}
${rows.map((row) => `| ${row.name} |${gflops ? ` ${row.flops && row.values['ours'] ? (row.flops / row.values['ours'].median / 1e6).toFixed(0) : ''} |` : ''} ${columns.map((key) => cell(row, key)).join(' | ')} |`).join('\n')}
`];
}

function figure(/** @type {number} */ value) { return Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1); }
