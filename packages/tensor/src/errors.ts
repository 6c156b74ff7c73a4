/**
 * The one form of every error: *operation: what is wrong, the facts. What to do.*
 *
 * @example
 * fail('matmul', 'inner sizes differ: [2, 3] x [4, 5] (3 and 4)', 'The right operand must be [3, n].');
 */
export function fail(operation: string, wrong: string, advice = ''): never {
  throw new Error(message(operation, wrong, advice));
}

/** The text of {@link fail}, for errors that are kept and thrown later. */
export function message(operation: string, wrong: string, advice = ''): string {
  return `${operation}: ${wrong}${/[.!?]$/.test(wrong) ? '' : '.'}${advice && ` ${advice}`}`;
}

/** A shape as it is shown in messages: `[2, 3]`. */
export function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
