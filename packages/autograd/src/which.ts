/** Some of several, as a key of what was prepared for them: a number, which is found faster than a text is made, as long as it is exact. */
export type Which = number | string;

const MOST_BITS = 50;

export function which(chosen: readonly boolean[]): Which {
  if (chosen.length > MOST_BITS) return chosen.map(Number).join('');
  let bits = 1;
  for (const one of chosen) bits = 2 * bits + Number(one);
  return bits;
}

/** The same of places in ascending order. */
export function whichOf(places: readonly number[]): Which {
  if (places.length > 0 && places.at(-1)! > MOST_BITS) return places.join();
  let bits = 0;
  for (const place of places) bits += 2 ** place;
  return bits;
}
