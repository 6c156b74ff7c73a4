// How a case is measured: contestants take turns of some hundred milliseconds, so that what else the machine does meets all of them alike.
import { contestantOf } from './report.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {Map<string, import('./contestant.mjs').Contestant>} Contestants */

/** Milliseconds of iterations before those that count. */
const WARM = 600;
/** Milliseconds of a portion of iterations before all others, and of all portions at most where the case does not say how many. */
const PORTION = 750;
const COMPILING = 3000;
/** Portions after which an engine has compiled what it will: so many in a row without one that takes less time than all before. */
const SETTLED = 4;
/** Milliseconds of those that count, at most, unless a case asks for a thousand iterations or more. */
const TURN = 300;
/** Threads of the one before may spin for a while before they sleep. */
const pause = () => new Promise((done) => { setTimeout(done, 250); });

/** What each contestant needed in each round, in milliseconds or in the unit of the case.
 * @param {Contestants} all
 * @param {Case} item
 * @param {number} rounds where the case does not say how many
 * @returns {Promise<Map<string, number[]>>} */
export async function measure(all, item, rounds) {
  const contestants = [...all.values()].filter(({ label }) => !item.only || item.only.some((beginning) => label.startsWith(beginning)));
  return { turns, pair, alone }[item.kind ?? 'turns'](contestants, item, item.rounds ?? rounds);
}

const requests = (/** @type {string} */ label, /** @type {Case} */ { request, torch }) =>
  (label.startsWith('PyTorch') && torch ? Object.entries(torch).map(([added, asked]) => /** @type {const} */ ([label + added, asked])) : [/** @type {const} */ ([label, request])]);

/** @param {import('./contestant.mjs').Contestant[]} contestants @param {Case} item @param {number} rounds */
async function turns(contestants, item, rounds) {
  const { count = 1, compiling = COMPILING } = item;
  const times = /** @type {Map<string, number[]>} */ (new Map());
  const counts = /** @type {Map<string, number>} */ (new Map());
  const first = /** @type {Map<string, number>} */ (new Map());
  for (let round = 0; round <= rounds; round++) {
    for (const contestant of contestants) {
      for (const [label, request] of requests(contestant.label, item)) {
        if (counts.get(label) === 0) continue;
        await pause();
        const iterations = round > 0 ? counts.get(label) ?? count : Math.min(count, 2);
        // After a rest, caches, collectors and threads need a while to be what they are in the midst of a training. Where that takes steps with one batch, every turn has a network
        // of its own: after thousands of them many of its moments are subnormal numbers, with which processors may be many times slower.
        if (round > 0 && iterations > 1) await contestant.ask({ ...request, afresh: true, count: Math.max(iterations, Math.ceil(WARM / (first.get(label) ?? WARM))) });
        const answer = await contestant.ask({ ...request, count: iterations });
        if (!answer?.ms) counts.set(label, 0);
        else if (round > 0) note(times, label, answer.ms);
        else {
          // The first turn is thrown away, and who is much too slow has no further turns.
          const slow = count > 1 && answer.ms > 4000;
          const warm = slow ? undefined : count > 1 ? await compiled(contestant, request, answer.ms, compiling) : answer.ms;
          counts.set(label, turnOf(count, warm));
          first.set(label, warm ?? Infinity);
        }
      }
    }
    // Of the thread settings of one program the better counts: one that is far behind takes no further turns.
    if (round === 0) for (const [label, ms] of first) if (ms > 3 * Math.min(...[...first].filter(([other]) => contestantOf(other) === contestantOf(label)).map(([, other]) => other))) counts.set(label, 0);
  }
  return times;
}

/** Milliseconds an iteration once that gets no less: engines compile what runs often, functions that run once a step only after thousands of them.
 * Undefined where the process has ended.
 * @param {import('./contestant.mjs').Contestant} contestant @param {object} request @param {number} ms what one takes at first
 * @param {number} compiling */
async function compiled(contestant, request, ms, compiling) {
  let last = ms;
  let least = Infinity;
  const end = performance.now() + compiling;
  for (let settled = 0; settled < SETTLED && performance.now() < end;) {
    const answer = await contestant.ask({ ...request, count: Math.max(1, Math.ceil(PORTION / last)) });
    if (!answer?.ms) return undefined;
    last = answer.ms;
    settled = last < least ? 0 : settled + 1;
    least = Math.min(least, last);
  }
  return least;
}

/** Iterations of a turn for one that needs `ms` for each: as many as the case asks, or fewer, and none where there is no such time.
 * @param {number} count @param {number | undefined} ms */
function turnOf(count, ms) {
  if (!ms) return 0;
  return count >= 1000 ? count : Math.max(1, Math.min(count, Math.ceil(TURN / ms)));
}

/** Two processes of each contestant at the same time; their mean.
 * @param {import('./contestant.mjs').Contestant[]} contestants @param {Case} item @param {number} rounds */
async function pair(contestants, { request, count = 1 }, rounds) {
  const times = /** @type {Map<string, number[]>} */ (new Map());
  const twins = [];
  for (const contestant of contestants) {
    const twin = contestant.twin();
    if (!await twin.begin()) twins.push([contestant, twin]);
  }
  for (let round = 0; round <= rounds; round++) {
    for (const both of twins) {
      await pause();
      const answers = await Promise.all(both.map((each) => each.ask({ ...request, count: round > 0 ? count : Math.ceil(count / 5) })));
      const [first, second] = answers.map((answer) => answer?.ms);
      if (round > 0 && both[0] && first && second) note(times, both[0].label, (first + second) / 2);
    }
  }
  for (const [, twin] of twins) twin?.stop();
  return times;
}

/** A process of its own for every contestant and round.
 * @param {import('./contestant.mjs').Contestant[]} contestants @param {Case} item @param {number} rounds */
async function alone(contestants, { request }, rounds) {
  const times = /** @type {Map<string, number[]>} */ (new Map());
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      await pause();
      const value = contestant.alone(request);
      if (value !== undefined) note(times, contestant.label, value);
    }
  }
  return times;
}

function note(/** @type {Map<string, number[]>} */ times, /** @type {string} */ label, /** @type {number} */ value) { times.set(label, [...times.get(label) ?? [], value]); }
