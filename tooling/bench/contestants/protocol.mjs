// What a contestant is: a process that reads requests, one a line, and answers each with one line of JSON.
//   {"about": true}                                      -> {"name", "version", "engine"}, or {"missing": why it cannot compete}
//   {"case": "step", "batch": 32, "count": 50, ...}      -> {"ms": an iteration on average}; with "afresh": true what it computes with is made anew
//   {"case": "..."} that it does not know                -> {"missing": "unknown"}

import { createInterface } from 'node:readline';

/**
 * Serves requests. A case is prepared once, or afresh where that is asked, and answers what one iteration of it does.
 * @param {object} about
 * @param {Record<string, (request: never) => () => unknown>} cases
 * @param {() => unknown} [settle] waits until all is done that was asked for
 */
export async function serve(about, cases, settle) {
  const prepared = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { count, afresh, ...request } = JSON.parse(line);
    answer(request.about ? about : await iterate(request, count, afresh));
  }

  async function iterate(/** @type {{ case: string }} */ request, /** @type {number} */ count, /** @type {boolean | undefined} */ afresh) {
    const key = JSON.stringify(request);
    if (afresh || !prepared.has(key)) prepared.set(key, cases[request.case]?.(/** @type {never} */ (request)));
    const iteration = prepared.get(key);
    if (!iteration) return { missing: 'unknown' };
    const start = performance.now();
    for (let i = 0; i < count; i++) await iteration();
    // What was asked for has to be done, too.
    await settle?.();
    return { ms: (performance.now() - start) / count };
  }
}

const answer = (/** @type {object} */ reply) => { process.stdout.write(`${JSON.stringify(reply)}\n`); };

/**
 * Says why this contestant cannot compete, and ends.
 * @returns {never}
 */
export function missing(/** @type {string} */ reason) {
  answer({ missing: reason });
  process.exit(0);
}
