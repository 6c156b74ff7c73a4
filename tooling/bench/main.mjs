// `npm run bench`: measures this framework against its peers, one after the other in small turns, so that what else the machine does meets all of them alike.
//   --only step,epoch,product,elements    some groups
//   --against pytorch,jax,tfjs            some peers; --against none for ourselves alone
//   --rounds 12                           turns of each
//   --name laptop                         writes results/laptop.json (what is there of other cases stays) and docs/benchmarks.md; without it only prints
//   --note text                           what else there is to say of these results
//   --report                              writes docs/benchmarks.md from the results that are there
// Peers are installed in peers/ when first needed. PyTorch is python3's (NN_PYTHON), a BLAS the machine's own (NN_BLAS).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { Contestant, median } from './contestant.mjs';
import { report } from './report.mjs';

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, against: { type: 'string', default: 'pytorch,jax,tfjs' }, rounds: { type: 'string', default: '12' }, name: { type: 'string' }, note: { type: 'string' }, report: { type: 'boolean' } },
});
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
/** Threads of the one before may spin for a while before they sleep. */
const pause = () => new Promise((done) => { setTimeout(done, 250); });
if (options.report) report();
else await measure();

async function measure() {
  const groups = options.only?.split(',');
  const contestants = await start(options.against.split(','));
  const abouts = /** @type {Record<string, string>} */ ({});
  for (const [key, contestant] of contestants) {
    const about = await contestant.about();
    if (about) abouts[key] = `${about.name} ${about.version}, ${about.engine}`;
    else contestants.delete(key);
  }
  for (const about of Object.entries(abouts)) console.log(about.join(': '));
  const results = /** @type {import('./report.mjs').Results['cases']} */ ([]);
  for (const item of cases) {
    if (groups && !groups.includes(item.group)) continue;
    const { name, group, flops } = item;
    const times = await turns(contestants, item);
    const own = median(times.get('ours') ?? []);
    results.push({ name, group, ...(flops && { flops }), ms: Object.fromEntries([...times].map(([key, ms]) => [key, { median: round(median(ms)), best: round(Math.min(...ms)) }])) });
    console.log(`${name}: ${[...times].map(([key, ms]) => `${key} ${median(ms).toFixed(3)} ms${key === 'ours' ? '' : ` (${(median(ms) / own).toFixed(2)})`}`).join(', ')}`);
    save(abouts, results);
  }
  for (const contestant of contestants.values()) contestant.stop();
}

/** What was measured so far, beside what is there of other cases. */
function save(/** @type {Record<string, string>} */ abouts, /** @type {import('./report.mjs').Results['cases']} */ results) {
  if (!options.name) return;
  mkdirSync(here('results'), { recursive: true });
  const machine = `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, ${os.type()} ${os.arch()}`;
  const file = here(`results/${options.name}.json`);
  const before = /** @type {Partial<import('./report.mjs').Results>} */ (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
  const all = cases.flatMap(({ name }) => [...results, ...before.cases ?? []].find((item) => item.name === name) ?? []);
  const about = { machine, date: new Date().toISOString().slice(0, 10), note: options.note ?? before.note, contestants: { ...before.contestants, ...abouts } };
  writeFileSync(file, `${JSON.stringify({ ...about, cases: all }, null, 1)}\n`);
  report();
}

/** Turns of every contestant that knows the case; the first is thrown away. */
async function turns(/** @type {Map<string, Contestant>} */ contestants, /** @type {import('./cases.mjs').Case} */ { request, torch, count, rounds }) {
  const times = /** @type {Map<string, number[]>} */ (new Map());
  const counts = new Map([...contestants.keys()].map((key) => [key, count]));
  for (let round = 0; round <= (rounds ?? Number(options.rounds)); round++) {
    for (const [key, contestant] of contestants) {
      for (const asked of key.startsWith('pytorch') && torch ? torch : [key === 'pytorch, 4 workers' ? { ...request, workers: 4 } : request]) {
        const label = asked['case'] === 'bare' ? `${key}, bare tensors` : key;
        if (counts.get(label) === 0) continue;
        await pause();
        const answer = await contestant.ask({ ...asked, count: round > 0 ? counts.get(label) ?? count : Math.min(count, 2) });
        if (!answer?.ms) counts.set(label, 0);
        else if (round > 0) times.set(label, [...times.get(label) ?? [], answer.ms]);
        // A slow peer gets fewer iterations a turn, and none where they would take all of the time.
        else counts.set(label, answer.ms > 4000 && count > 1 ? 0 : Math.max(1, Math.min(count, Math.ceil(300 / answer.ms))));
        // Engines that compile while they run get the time to do so.
        if (round === 0 && answer?.ms && counts.get(label)) await contestant.ask({ ...asked, count: Math.max(1, Math.ceil(Math.min(10 * count, 1500 / answer.ms))) });
      }
    }
  }
  return times;
}

async function start(/** @type {string[]} */ peers) {
  const node = process.execPath;
  const ours = (/** @type {object} */ of) => [node, ['--conditions=@nn/source', here('contestants/ours.mjs'), JSON.stringify(of)]];
  const all = /** @type {Map<string, Contestant>} */ (new Map());
  const add = (/** @type {string} */ key, /** @type {any[]} */ [command, args]) => all.set(key, new Contestant(key, command, args));
  add('ours', ours({}));
  add('ours, 1 thread', ours({ threads: 1 }));
  add('ours, BLAS', ours({ blas: process.env.NN_BLAS ?? 'auto' }));
  const python = process.env.NN_PYTHON ?? 'python3';
  if (peers.includes('pytorch') && spawnSync(python, ['-c', 'import torch']).status === 0) {
    for (const threads of new Set([1, os.availableParallelism()])) add(`pytorch, ${threads} threads`, [python, [here('contestants/pytorch.py'), String(threads)]]);
  }
  if (peers.includes('jax') || peers.includes('tfjs')) {
    if (!existsSync(here('peers/node_modules'))) spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here('peers'), stdio: 'inherit', shell: process.platform === 'win32' });
    if (peers.includes('jax')) add('jax-js', [node, [here('peers/jax.mjs')]]);
    if (peers.includes('tfjs')) for (const backend of ['wasm', 'cpu']) add(`tfjs ${backend}`, [node, [here('peers/tfjs.mjs'), backend]]);
  }
  return all;
}

function round(/** @type {number} */ ms) { return Number(ms.toPrecision(4)); }
