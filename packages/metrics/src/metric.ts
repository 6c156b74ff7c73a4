import type { Tensor } from '@nn/tensor';

/**
 * Something that accumulates over batches and is computed on demand. Modules that hold one in a field move it with them.
 *
 * @typeParam In - what a batch consists of
 * @typeParam Result - what it comes to
 */
export interface Metric<In extends unknown[], Result = number> {
  /** Takes in a batch, without waiting for the device. */
  update(...batch: In): void;
  /** What all batches since the last `reset` come to. Waits for the device. */
  compute(): Promise<Result>;
  /** Forgets all batches. */
  reset(): void;
  /** Moves what was accumulated. */
  to?(device: Tensor['device']): Promise<unknown>;
}
