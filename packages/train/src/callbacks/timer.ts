import { fail } from '@nn/tensor';
import { Callback } from '../callback.ts';
import type { Trainer } from '../trainer.ts';

/** 'DD:HH:MM:SS', or its parts. */
export type MaxTime = string | { readonly days?: number; readonly hours?: number; readonly minutes?: number; readonly seconds?: number };

function secondsOf(duration: MaxTime): number {
  if (typeof duration === 'string') {
    const parts = /^(\d+):(\d+):(\d+):(\d+)$/.exec(duration) ?? fail('Timer', `'${duration}' is no duration`, "Write it as 'DD:HH:MM:SS', or as { hours: 1 }.");
    const [days, hours, minutes, seconds] = parts.slice(1).map(Number) as [number, number, number, number];
    return secondsOf({ days, hours, minutes, seconds });
  }
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = duration;
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Ends training after a time; also tells how long it took. Time before a checkpoint counts. */
export class Timer extends Callback {
  readonly #limit: number;
  #before = 0;
  #started: number | undefined;

  /** @param duration default: no end */
  constructor(duration?: MaxTime) {
    super();
    this.#limit = duration === undefined ? Infinity : secondsOf(duration);
  }

  /** Seconds of training so far. */
  get timeElapsed(): number { return this.#before + (this.#started === undefined ? 0 : (performance.now() - this.#started) / 1000); }
  /** Seconds left. */
  get timeRemaining(): number { return this.#limit - this.timeElapsed; }

  override onTrainStart(): void { this.#started = performance.now(); }
  override onTrainBatchEnd(trainer: Trainer): void { if (this.timeRemaining <= 0) trainer.shouldStop = true; }
  override onTrainEnd(): void { [this.#before, this.#started] = [this.timeElapsed, undefined]; }

  override stateDict(): { readonly elapsed: number } { return { elapsed: this.timeElapsed }; }
  override loadStateDict({ elapsed }: Readonly<Record<string, unknown>>): void { this.#before = elapsed as number; }
}
