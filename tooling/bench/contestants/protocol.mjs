// What a contestant is: a process that reads requests, one a line, and answers each with one line of JSON.
//   {"about": true}                                      -> {"name", "version", "engine"}
//   {"case": "step", "batch": 32, "count": 50, ...}      -> {"ms": [one number per iteration], "bytes": resident now}
//   {"case": "..."} that it does not know                -> {"missing": true}

import { createInterface } from 'node:readline';

/**
 * Serves requests. `prepare` answers what one iteration of a case does (undefined where it does not know the case); it is asked once per case.
 * @param {object} about
 * @param {(request: any) => Promise<(() => unknown) | undefined> | (() => unknown) | undefined} prepare
 */
export async function serve(about, prepare) {
  const prepared = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { count, ...request } = JSON.parse(line);
    answer(request.about ? about : await iterate(request, count));
  }

  async function iterate(/** @type {object} */ request, /** @type {number} */ count) {
    const key = JSON.stringify(request);
    if (!prepared.has(key)) prepared.set(key, await prepare(request));
    const iteration = prepared.get(key);
    if (!iteration) return { missing: true };
    const ms = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await iteration();
      ms.push(performance.now() - start);
    }
    return { ms, bytes: process.memoryUsage().rss };
  }
}

const answer = (/** @type {object} */ reply) => { process.stdout.write(`${JSON.stringify(reply)}\n`); };
