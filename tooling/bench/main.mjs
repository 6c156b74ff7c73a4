// `npm run bench`: measures this framework against its peers. `npm run bench -- --help` says how it is used.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases, groups } from './cases.mjs';
import { median } from './contestant.mjs';
import { goalLines, mergedCases, report } from './report.mjs';
import { peers, start } from './start.mjs';
import { measure } from './turns.mjs';

/** @typedef {import('./report.mjs').Results} Results */

/**
 * Says what is wrong with the command line, or only how to use it, and ends.
 * @returns {never}
 */
function usage(/** @type {string} */ message, status = 2) {
  (status ? console.error : console.log)(`${message}

npm run bench [-- --only group,group] [--case text] [--against peer,peer] [--rounds n] [--name machine [--note text]] [--report]

  --only      some groups: ${Object.keys(groups).join(', ')}
  --case      only cases with this in their names
  --against   some peers: ${peers.join(', ')}; \`none\` for ourselves alone; all by default
  --rounds    turns of each; 12 by default
  --name      writes tooling/bench/results/<machine>.json (what is there of other cases stays) and docs/benchmarks.md; without it nothing is written
  --note      what else there is to say of these results
  --report    writes docs/benchmarks.md from the results that are there, and measures nothing

jax-js and TensorFlow.js are installed when first needed. PyTorch is python3's, or that of NN_PYTHON. A BLAS is the machine's own, or the library NN_BLAS.
Who is not there is left out, which is said.`);
  process.exit(status);
}

function commandLine() {
  try {
    const { values } = parseArgs({ options: {
      only: { type: 'string' }, case: { type: 'string', default: '' }, against: { type: 'string', default: peers.join(',') }, rounds: { type: 'string', default: '12' },
      name: { type: 'string' }, note: { type: 'string' }, report: { type: 'boolean' }, help: { type: 'boolean' },
    } });
    if (values.help) usage('Measures this framework on the CPU against its peers.', 0);
    const [only, against, rounds] = [values.only?.split(','), values.against.split(',').filter((peer) => peer !== 'none'), Number(values.rounds)];
    const unknown = only?.find((group) => !(group in groups));
    if (unknown !== undefined) usage(`bench: no group named ${unknown}.`);
    const stranger = against.find((peer) => !peers.includes(peer));
    if (stranger !== undefined) usage(`bench: no peer named ${stranger}.`);
    if (!Number.isInteger(rounds) || rounds < 1) usage(`bench: --rounds ${values.rounds} is no number of turns.`);
    const chosen = cases.filter(({ name, group }) => (!only || only.includes(group)) && name.includes(values.case));
    if (chosen.length === 0) usage(`bench: no case has ${values.case} in its name.`);
    return { ...values, chosen, against, rounds };
  } catch (error) {
    return usage(`bench: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const options = commandLine();
if (options.report) report();
else await run();

async function run() {
  const contestants = await start(options.against, console.log);
  const abouts = Object.fromEntries([...contestants].map(([label, { about }]) => [label, about]));
  for (const about of Object.entries(abouts)) console.log(about.join(': '));
  const results = /** @type {Results['cases']} */ ([]);
  for (const item of options.chosen) {
    const { name, group, flops, unit = 'ms' } = item;
    const found = [...await measure(contestants, item, options.rounds)].map(([label, values]) => /** @type {const} */ ([label, { median: round(median(values)), best: round(Math.min(...values)) }]));
    const values = Object.fromEntries(found);
    results.push({ name, group, ...(flops && { flops }), ...(item.unit && { unit }), values });
    const own = values['ours']?.median;
    console.log(`${name}: ${found.map(([label, value]) => `${label} ${value.median} ${unit}${label === 'ours' || !own ? '' : ` (${(value.median / own).toFixed(2)})`}`).join(', ')}`);
    save(abouts, results);
  }
  for (const contestant of contestants.values()) contestant.stop();
  for (const { text, wanted, value, met } of goalLines(mergedCases(results))) console.log(`${met === 'yes' ? 'met    ' : 'NOT MET'} ${text}: ${value} (${wanted})`);
}

/** What was measured so far, beside what is there of other cases. */
function save(/** @type {Record<string, string>} */ abouts, /** @type {Results['cases']} */ results) {
  if (!options.name) return;
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, ${os.type()} ${os.arch()}`;
  const file = fileURLToPath(new URL(`${options.name}.json`, folder));
  const before = /** @type {Partial<Results>} */ (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
  const all = cases.flatMap(({ name }) => [...results, ...before.cases ?? []].find((item) => item.name === name) ?? []);
  const about = { machine, date: new Date().toISOString().slice(0, 10), note: options.note ?? before.note, contestants: { ...before.contestants, ...abouts } };
  writeFileSync(file, `${JSON.stringify({ ...about, cases: all }, null, 1)}\n`);
  report();
}

function round(/** @type {number} */ value) { return Number(value.toPrecision(4)); }
