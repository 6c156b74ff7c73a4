// A contestant as the bench sees it: a child process that is asked over a pipe, and idle in between.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** @typedef {{ ms?: number, bytes?: number, missing?: boolean, name?: string, version?: string, engine?: string }} Answer */

export class Contestant {
  #child;
  #answers;

  /** @param {string} label @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  constructor(label, command, args, env) {
    this.label = label;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    this.#child.on('error', () => {});
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
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

  about() { return this.ask({ about: true }); }
  stop() { this.#child.kill(); }
}

export const median = (/** @type {number[]} */ values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
};
