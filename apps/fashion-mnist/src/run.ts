/** What both forms of the loop work with, and what they come to. */
import type { DataLoader } from '@nn/data';
import type { Module } from '@nn/layers';
import type { Options } from './options.ts';
import type { Report } from './report.ts';

export interface Run {
  readonly model: Module;
  readonly trainLoader: DataLoader;
  readonly testLoader: DataLoader;
  readonly options: Options;
  readonly report: Report;
  /** Aborted by Ctrl-C: finish the step and return. */
  readonly interrupt: AbortSignal;
}
