/** Whether operations are recorded at the moment. */
import { fail } from '@nn/tensor';

let on = true;

export const isRecording = (): boolean => on;

/** Runs `body` with recording on or off; synchronous. */
export function recording<T>(state: boolean, body: () => T, operation = 'noGrad'): T {
  const before = on;
  on = state;
  let result: T;
  try {
    result = body();
  } finally {
    on = before;
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    fail(operation, 'the callback returned a promise', 'Its extent is synchronous: await outside of it.');
  }
  return result;
}

/**
 * Runs `body` without recording: nothing in it can be differentiated, and nothing is kept for a backward.
 *
 * @example
 * const outputs = noGrad(() => model.forward(inputs));
 */
export const noGrad = <T>(body: () => T): T => recording(false, body);

/** Records again inside `noGrad`. */
export const enableGrad = <T>(body: () => T): T => recording(true, body, 'enableGrad');
