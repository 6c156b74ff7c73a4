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

/**
 * Thrown by every use of a device that cannot be trusted any more: it was destroyed, it was taken away (a driver that was reset, say), or it failed at something
 * asked of it earlier (memory, a kernel that the driver refused), so that values on it may be wrong. Go on with a new device, from copies on the host.
 *
 * @example
 * try {
 *   await loss.item();
 * } catch (error) {
 *   if (!(error instanceof DeviceLostError)) throw error;
 *   // a new device, model.loadStateDict(...) and optimizer.loadStateDict(...) from the last copies on the host
 * }
 */
export class DeviceLostError extends Error {
  override readonly name: string = 'DeviceLostError';
  /** `destroyed` by this program, `lost` by the system, or `failed` at something. */
  readonly reason: 'destroyed' | 'lost' | 'failed';

  constructor(reason: DeviceLostError['reason'], text: string, options?: ErrorOptions) {
    super(text, options);
    this.reason = reason;
  }
}
