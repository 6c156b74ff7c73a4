/** A bar on a terminal; nothing elsewhere, so that logs stay free of it. */

/** Where text goes: `process.stdout`, or anything like it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a {@link ProgressBar} shows. */
export interface ProgressBarOptions {
  /** Number of steps. */
  readonly total: number;
  /** Stands before the bar. */
  readonly label?: string;
  /** Default: the standard output, where there is one. */
  readonly output?: Output | undefined;
}

const WIDTH = 24;
const EVERY_MS = 100;

/**
 * The steps of a loop as a bar with the time left, redrawn in place at most ten times a second. Without a terminal it is
 * silent. The environment variable NO_COLOR is honoured (https://no-color.org).
 *
 * @example
 * const bar = new ProgressBar({ total: loader.length, label: 'Epoch 1/5' });
 * bar.update(step, `loss ${loss.toFixed(4)}`);
 * bar.stop(); // the line is free again
 */
export class ProgressBar {
  readonly #total: number;
  readonly #label: string;
  readonly #output: Output | undefined;
  readonly #started = performance.now();
  #drawn = -Infinity;

  constructor({ total, label = '', output = standardOutput() }: ProgressBarOptions) {
    this.#total = total;
    this.#label = label;
    this.#output = output?.isTTY && environment('TERM') !== 'dumb' ? output : undefined;
  }

  /** @param step how many are done */
  update(step: number, text = ''): void {
    const now = performance.now();
    if (!this.#output || now - this.#drawn < EVERY_MS) return;
    this.#drawn = now;
    const part = Math.min(1, step / Math.max(1, this.#total));
    const full = Math.round(part * WIDTH);
    const left = part > 0 ? ((now - this.#started) / 1000) * (1 / part - 1) : Infinity;
    const before = this.#label && `${this.#label} `;
    const after = ` ${step}/${this.#total}${Number.isFinite(left) ? `, ${Math.ceil(left)} s left` : ''}${text && `, ${text}`}`;
    // A line longer than the terminal would wrap, and could not be redrawn.
    const room = Math.max(0, (this.#output.columns || 80) - before.length - WIDTH - 1);
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
    this.#output.write(`\r${before}${environment('NO_COLOR') ? bar : `\u001B[32m${bar}\u001B[39m`}${after.slice(0, room)}\u001B[K`);
  }

  /** Takes the bar off the screen. */
  stop(): void {
    if (this.#drawn > -Infinity) this.#output?.write('\r\u001B[K');
    this.#drawn = -Infinity;
  }
}

/** `process.stdout`, where there is one. */
export const standardOutput = (): Output | undefined => (typeof process === 'undefined' ? undefined : process.stdout);

const environment = (name: string): string | undefined => (typeof process === 'undefined' ? undefined : process.env?.[name]);
