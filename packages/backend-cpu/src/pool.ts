/** Runs jobs. */
import type { Kernel } from './kernel.ts';
import { PARAMETERS, scratchOf } from './memory.ts';

export class Pool {
  readonly threads = 1;

  /** Does chunks 0 to `count` of the job whose parameters have been written; returns when all are done. */
  run({ chunk }: Kernel, count: number): void {
    for (let i = 0; i < count; i++) chunk(PARAMETERS, i, scratchOf(0));
  }
}
