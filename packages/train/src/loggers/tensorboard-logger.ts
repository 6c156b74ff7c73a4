import { node } from '../files.ts';
import type { LoggerOptions } from './csv-logger.ts';
import { fileHeader, scalars } from './event-file.ts';
import type { Logger } from './logger.ts';
import { nextVersion } from './versions.ts';

/**
 * Writes what is logged as TensorBoard's event files: `tensorboard --logdir logs` shows the curves. Node only.
 *
 * Source: https://lightning.ai/docs/pytorch/stable/extensions/generated/lightning.pytorch.loggers.TensorBoardLogger.html
 *
 * @example
 * new Trainer({ logger: new TensorBoardLogger('logs/', { name: 'my_experiment' }) });
 */
export class TensorBoardLogger implements Logger {
  readonly #folder: string;
  readonly #version: string | undefined;
  /** The file, once something was logged. */
  path: string | undefined;

  constructor(saveDir: string, { name = 'lightning_logs', version }: LoggerOptions = {}) {
    this.#folder = `${saveDir.replace(/\/$/, '')}/${name}`;
    this.#version = typeof version === 'number' ? `version_${version}` : version;
  }

  async logMetrics(metrics: Readonly<Record<string, number>>, step: number): Promise<void> {
    const { fs, path } = await node('TensorBoardLogger');
    const seconds = Date.now() / 1000;
    if (this.path === undefined) {
      const folder = path.join(this.#folder, this.#version ?? await nextVersion(this.#folder));
      await fs.mkdir(folder, { recursive: true });
      this.path = path.join(folder, `events.out.tfevents.${Math.floor(seconds)}.nn.${process.pid}.0`);
      await fs.writeFile(this.path, fileHeader(seconds));
    }
    await fs.appendFile(this.path, scalars(seconds, step, metrics));
  }
}
