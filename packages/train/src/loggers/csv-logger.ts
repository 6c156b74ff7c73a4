import { node, writeBytes } from '../files.ts';
import type { Logger } from './logger.ts';
import { nextVersion } from './versions.ts';

/** Where a logger writes: `saveDir/name/version`. */
export interface LoggerOptions {
  /** Default `lightning_logs`. */
  readonly name?: string;
  /** Default: `version_0`, or the first number that is free. */
  readonly version?: string | number;
}

const cell = (value: number | string): string => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

/**
 * Writes `metrics.csv`: a row for each step that was sent, a column for each name; Lightning's CSVLogger. Node only.
 *
 * @example
 * new Trainer({ logger: new CSVLogger('logs', { name: 'digits' }) }); // logs/digits/version_0/metrics.csv
 */
export class CSVLogger implements Logger {
  readonly #folder: string;
  readonly #version: string | undefined;
  readonly #rows: Record<string, number>[] = [];
  /** The file, once it has been written. */
  path: string | undefined;
  #dir: string | undefined;

  constructor(saveDir: string, { name = 'lightning_logs', version }: LoggerOptions = {}) {
    this.#folder = `${saveDir.replace(/\/$/, '')}/${name}`;
    this.#version = typeof version === 'number' ? `version_${version}` : version;
  }

  async logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> {
    const last = this.#rows.at(-1);
    if (last?.step === step) Object.assign(last, metrics);
    else this.#rows.push({ step, ...metrics });
    if (this.#rows.length % 100 === 0) await this.save();
  }

  /** Writes all rows. Called every 100 rows and at the end. */
  async save(): Promise<void> {
    if (this.#rows.length === 0) return;
    this.#dir ??= `${this.#folder}/${this.#version ?? await nextVersion(this.#folder)}`;
    const columns = [...new Set(this.#rows.flatMap((row) => Object.keys(row)))];
    const lines = [columns, ...this.#rows.map((row) => columns.map((name) => row[name] ?? ''))].map((row) => row.map(cell).join(','));
    const { path } = await node('CSVLogger');
    this.path = path.join(this.#dir, 'metrics.csv');
    await writeBytes(this.path, `${lines.join('\n')}\n`);
  }

  async finalize(): Promise<void> { await this.save(); }
}
