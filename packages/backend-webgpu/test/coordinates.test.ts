/** Coordinates by multiplication of floats: as exact as by division, up to where it is used. */
import { expect, it } from 'vitest';
import { coordinatesText, Slots } from '../src/params.ts';
import { few } from '../src/walk.ts';

const quotient = (n: number, size: number) => Math.trunc(Math.fround(Math.fround(n + 0.5) * Math.fround(1 / size)));

it('is exact around every multiple of every size', () => {
  const most = 2 ** 21;
  let wrong = 0;
  for (let size = 1; size < most; size += 1 + Math.floor(size / 300)) {
    const last = Math.floor(most / size);
    for (let multiple = last; multiple > 0; multiple -= 1 + Math.floor(last / 60)) {
      const n = multiple * size;
      for (const near of [n - 1, n]) if (near < most && quotient(near, size) !== Math.floor(near / size)) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

it('is not used beyond', () => {
  const text = (sizes: readonly number[]) => coordinatesText(sizes, 'i', 'c', new Slots()).lines.join('\n');
  expect(few([2 ** 11, 2 ** 10])).toBe(true);
  expect(text([2 ** 11, 2 ** 10])).not.toContain('/');
  expect(few([2 ** 11, 1 + 2 ** 10])).toBe(false);
  expect(text([2 ** 11, 1 + 2 ** 10])).toContain('/');
});
