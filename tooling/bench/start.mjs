// Who takes part, and why others do not.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { Contestant } from './contestant.mjs';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { execPath: node } = process;
const cores = os.availableParallelism();
const python = process.env.NN_PYTHON ?? 'python3';
const blas = process.env.NN_BLAS ?? 'auto';
/** Ours, by the options of `cpu()`. */
const settings = { ours: {}, 'ours, 1 thread': { threads: 1 }, 'ours, BLAS': { blas } };
export const peers = ['pytorch', 'jax', 'tfjs', 'blas'];

/** A process of ours that measures one case, and ends. */
const alone = (/** @type {object} */ options) => (/** @type {object} */ request) => [node, '--conditions=@nn/source', here('contestants/ours-alone.mjs'), JSON.stringify(request), JSON.stringify(options)];
const counted = (/** @type {number} */ threads) => `${threads} thread${threads === 1 ? '' : 's'}`;
const threadsOf = (/** @type {number} */ threads) => Object.fromEntries(['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [name, String(threads)]));

/** Starts all that are there; `say` is told of the others, each with what to do about it.
 * @param {readonly string[]} against
 * @param {(text: string) => void} say */
export async function start(against, say) {
  /** @type {Contestant[]} */
  const all = Object.entries(settings).map(([label, options]) => new Contestant(label, [node, '--conditions=@nn/source', here('contestants/ours.mjs'), JSON.stringify(options)], { alone: alone(options) }));
  all.push(new Contestant('Math', [node, here('contestants/javascript.mjs')]));
  all.push(new Contestant('FMA ceiling', [node, '--conditions=@nn/source', here('contestants/ceiling.mjs')]));
  if (against.includes('blas')) for (const threads of new Set([1, cores])) all.push(new Contestant(`BLAS alone, ${counted(threads)}`, [node, '--conditions=@nn/source', here('contestants/blas.mjs'), blas, String(threads)], { env: threadsOf(threads) }));
  if (against.includes('pytorch')) {
    const reason = withoutTorch();
    if (reason) say(`left out: PyTorch: ${reason}`);
    else for (const threads of new Set([1, cores])) all.push(new Contestant(`PyTorch, ${counted(threads)}`, [python, here('contestants/pytorch.py'), String(threads)], { env: threadsOf(threads), alone: (request) => [python, here('contestants/pytorch.py'), String(threads), JSON.stringify(request)] }));
  }
  if (against.includes('jax') || against.includes('tfjs')) {
    const reason = withoutPeers();
    if (reason) say(`left out: jax-js and tfjs: ${reason}`);
    else {
      if (against.includes('jax')) all.push(new Contestant('jax-js', [node, here('peers/jax.mjs')]));
      if (against.includes('tfjs')) for (const backend of ['wasm', 'cpu']) all.push(new Contestant(`tfjs ${backend}`, [node, here('peers/tfjs.mjs'), backend]));
    }
  }
  /** @type {Map<string, Contestant>} */
  const there = new Map();
  for (const contestant of all) {
    const missing = await contestant.begin();
    if (missing) say(`left out: ${contestant.label}: ${missing}`);
    else there.set(contestant.label, contestant);
  }
  return there;
}

/** Why PyTorch cannot take part; empty where it can. */
function withoutTorch() {
  const { error, status, stderr } = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8' });
  if (status === 0) return '';
  const why = error ? `${python} cannot be started (${error.message})` : `${python}: ${stderr.trim().split('\n').at(-1)}`;
  return `${why}. pip install torch, or name a python that has it: NN_PYTHON=/path/to/python3`;
}

/** Installs what stands in peers/package.json when it is first needed. Why that did not work; empty where it did. */
function withoutPeers() {
  if (existsSync(here('peers/node_modules/@tensorflow/tfjs-backend-webgpu'))) return '';
  const { status, stderr } = spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here('peers'), encoding: 'utf8', shell: process.platform === 'win32' });
  return status === 0 ? '' : `npm install in tooling/bench/peers failed (${stderr?.trim().split('\n')[0]}). It needs the registry once`;
}
