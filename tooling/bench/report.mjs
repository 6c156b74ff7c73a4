// docs/benchmarks.md, from the results that are there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ median: number, best: number }} Time */
/** @typedef {{ machine: string, date: string, note?: string | undefined, contestants: Record<string, string>, cases: { name: string, group: string, flops?: number, ms: Record<string, Time> }[] }} Results */

const titles = /** @type {Record<string, string>} */ ({
  step: 'The lecture\'s training step: 784-512-512-10, ReLU, label smoothing, RMSprop', epoch: 'The lecture\'s epoch: shuffled batches, steps, loss and accuracy read after each',
  product: 'Matrix products, float32', elements: 'Elements and sums',
});

export function report() {
  const folder = new URL('results/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
  const pages = files.map((file) => page(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));
  writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), `# Benchmarks

Written by \`npm run bench -- --name <machine>\` from \`tooling/bench/results\`. Contestants take turns of some ten milliseconds, so that what else the machine does
meets all of them alike; the figures are medians in milliseconds, and in brackets how many times as long it took as ours does by default: our own WebAssembly
kernels, nothing else installed. "BLAS" is \`cpu({ blas })\`. PyTorch's better thread setting is shown, its step written with modules and with bare tensors.

${pages.join('\n')}`);
}

function page(/** @type {Results} */ { machine, date, note, contestants, cases }) {
  const groups = [...new Set(cases.map(({ group }) => group))];
  return `## ${machine}, ${date}

${Object.values(contestants).map((about) => `- ${about}`).join('\n')}
${note ? `\n${note}\n` : ''}
${groups.map((group) => table(titles[group] ?? group, cases.filter((item) => item.group === group))).join('\n')}`;
}

function table(/** @type {string} */ title, /** @type {Results['cases']} */ cases) {
  const rows = cases.map(({ name, flops, ms }) => ({ name, flops, ms: best(ms) }));
  const columns = [...new Set(rows.flatMap(({ ms }) => Object.keys(ms)))];
  const gflops = rows.some(({ flops }) => flops);
  const cell = (/** @type {typeof rows[number]} */ { ms }, /** @type {string} */ key) => {
    const [time, own] = [ms[key], ms['ours']];
    if (!time) return '';
    return key === 'ours' || !own ? figure(time.median) : `${figure(time.median)} (${(time.median / own.median).toFixed(2)})`;
  };
  return `### ${title}

| |${gflops ? ' GFLOPS |' : ''} ${columns.join(' | ')} |
|---|${gflops ? '---|' : ''}${columns.map(() => '---|').join('')}
${rows.map((row) => `| ${row.name} |${gflops ? ` ${row.flops && row.ms['ours'] ? (row.flops / row.ms['ours'].median / 1e6).toFixed(0) : ''} |` : ''} ${columns.map((key) => cell(row, key)).join(' | ')} |`).join('\n')}
`;
}

/** PyTorch's thread settings are one column: the faster. */
function best(/** @type {Record<string, Time>} */ ms) {
  const merged = /** @type {Record<string, Time>} */ ({});
  for (const [key, time] of Object.entries(ms)) {
    const name = key.replace(/^pytorch, \d+ threads/, 'PyTorch');
    if (!merged[name] || time.median < merged[name].median) merged[name] = time;
  }
  return merged;
}

function figure(/** @type {number} */ ms) { return ms < 10 ? ms.toFixed(2) : ms.toFixed(1); }
