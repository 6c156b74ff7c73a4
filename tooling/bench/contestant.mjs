// A contestant as the bench sees it: a child process that is asked over a pipe, and idle in between.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** @typedef {{ ms?: number, missing?: string, name?: string, version?: string, engine?: string }} Answer */
/** @typedef {{ env?: NodeJS.ProcessEnv, alone?: (request: object) => string[] }} Ways `alone`: the command of a process that measures one case only. */

export class Contestant {
  /** What it says of itself. */
  about = '';
  #child;
  #answers;
  #command;
  #ways;

  /** @param {string} label @param {string[]} command @param {Ways} [ways] */
  constructor(label, command, ways = {}) {
    this.label = label;
    this.#command = command;
    this.#ways = ways;
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...ways.env } });
    // One that could not be started, or has ended, does not answer; that is noticed there.
    this.#child.on('error', () => {});
    this.#child.stdin.on('error', () => {});
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Why it cannot take part; undefined where it can. */
  async begin() {
    const about = await this.ask({ about: true });
    if (!about || about.missing) return about?.missing ?? 'its process has ended';
    this.about = [`${about.name} ${about.version}`.trim(), about.engine].join(', ');
    return undefined;
  }

  /** Asks, and waits for the answer; undefined where the process has ended.
   * @param {object} request
   * @returns {Promise<Answer | undefined>} */
  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { done, value } = await this.#answers.next();
      if (done) return undefined;
      // Libraries greet their users.
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  /** The value that a process of its own finds for a case; undefined where there is none.
   * @param {object} request
   * @returns {number | undefined} */
  alone(request) {
    const { env, alone } = this.#ways;
    const [program, ...args] = alone?.(request) ?? [];
    if (!program) return undefined;
    const line = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', env: { ...process.env, ...env } }).stdout.trim().split('\n').at(-1);
    return line?.startsWith('{') ? JSON.parse(line).value : undefined;
  }

  /** A second process of the same kind. */
  twin() { return new Contestant(this.label, this.#command, this.#ways); }

  stop() { this.#child.kill(); }
}

export const median = (/** @type {number[]} */ values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
};
