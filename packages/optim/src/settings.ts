/** What hyperparameters may be. */
import { fail } from '@nn/tensor';

/** Throws unless each number is in [low, high), where infinity is no bound. */
export function inRange(operation: string, settings: Readonly<Record<string, number>>, low: number, high = Infinity): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value >= low && (value < high || high === Infinity))) fail(operation, `${name} is ${value}`, `Use a number from ${low} on${high === Infinity ? '' : `, below ${high}`}.`);
  }
}

/** Throws unless each number is in [low, high]. */
export function upTo(operation: string, settings: Readonly<Record<string, number>>, low: number, high: number): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value >= low && value <= high)) fail(operation, `${name} is ${value}`, `Use a number from ${low} to ${high}.`);
  }
}
