/** Something that writes down what is logged, e.g. to a file. */
export interface Logger {
  /** @param step optimizer steps done. `metrics.epoch` is the epoch, from 0. */
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void | Promise<void>;
  /** The run has ended. */
  finalize?(): void | Promise<void>;
}
