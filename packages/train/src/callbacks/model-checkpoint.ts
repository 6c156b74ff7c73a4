import { fail } from '@nn/tensor';
import { type AnyTask, Callback } from '../callback.ts';
import { removeFile, writeBytes } from '../files.ts';
import { monitored } from '../loop.ts';
import type { Trainer } from '../trainer.ts';

/** Where checkpoints go, if not to files: e.g. to a page's storage. */
export interface CheckpointStore {
  write(path: string, bytes: Uint8Array): void | Promise<void>;
  remove(path: string): void | Promise<void>;
}

/** What {@link ModelCheckpoint} takes. */
export interface ModelCheckpointOptions {
  /** Default: `checkpoints` in the trainer's defaultRootDir. */
  readonly dirpath?: string;
  /** The file's name without its end, with `{epoch}`, `{step}` and logged values: `{epoch:02d}-{val_loss:.2f}` gives `epoch=03-val_loss=0.42`. Default `{epoch}-{step}`. */
  readonly filename?: string;
  /** The value that tells which are best. Default: none, the latest counts. */
  readonly monitor?: string;
  /** Default 'min'. */
  readonly mode?: 'min' | 'max';
  /** How many are kept; -1 all, 0 none. Default 1. */
  readonly saveTopK?: number;
  /** Also keeps the latest, as `last`. Default false. */
  readonly saveLast?: boolean;
  /** Default 1. */
  readonly everyNEpochs?: number;
  /** Each so many optimizer steps instead of epochs. */
  readonly everyNTrainSteps?: number;
  /** Whether `{val_loss}` becomes `val_loss=0.42` instead of `0.42`. Default true. */
  readonly autoInsertMetricName?: boolean;
  /** Default: files (Node). */
  readonly store?: CheckpointStore;
  readonly verbose?: boolean;
}

const END = '.safetensors';
const files: CheckpointStore = { write: writeBytes, remove: removeFile };

/**
 * Saves checkpoints of the best epochs, or of the latest. A saved run goes on exactly where it was: `trainer.fit(task, loader, valLoader, { ckptPath })`.
 *
 * Source: https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.ModelCheckpoint.html
 *
 * @example
 * const checkpoint = new ModelCheckpoint({ monitor: 'val_acc', mode: 'max', filename: '{epoch}-{val_acc:.3f}', saveLast: true });
 * await new Trainer({ callbacks: [checkpoint] }).fit(task, trainLoader, valLoader);
 * checkpoint.bestModelPath; // checkpoints/epoch=7-val_acc=0.881.safetensors
 */
export class ModelCheckpoint extends Callback {
  override readonly monitoring = true;
  override readonly stateKey: string;
  readonly #options: ModelCheckpointOptions;
  bestModelPath: string | undefined;
  bestModelScore: number | undefined;
  lastModelPath: string | undefined;
  /** The kept ones with their scores. */
  bestKModels: Record<string, number> = {};
  #savedAt = -1;

  constructor(options: ModelCheckpointOptions = {}) {
    super();
    const { mode = 'min', saveTopK = 1, monitor, everyNEpochs = 1, everyNTrainSteps } = options;
    if (mode !== 'min' && mode !== 'max') fail('ModelCheckpoint', `mode is '${String(mode)}'`, "Use 'min' or 'max'.");
    if (!(Number.isInteger(saveTopK) && saveTopK >= -1)) fail('ModelCheckpoint', `saveTopK is ${saveTopK}`, 'Give a whole number, or -1 for all.');
    if (monitor === undefined && saveTopK > 1) fail('ModelCheckpoint', `saveTopK is ${saveTopK} without a monitor`, 'Say what is best: { monitor: "val_loss" }.');
    for (const [name, value] of Object.entries({ everyNEpochs, everyNTrainSteps })) {
      if (value !== undefined && !(Number.isInteger(value) && value > 0)) fail('ModelCheckpoint', `${name} is ${value}`, 'Give a positive whole number.');
    }
    this.#options = options;
    this.stateKey = ['ModelCheckpoint', monitor, mode, everyNTrainSteps].filter((part) => part !== undefined).join(' ');
  }

  override async onTrainBatchEnd(trainer: Trainer): Promise<void> {
    const { everyNTrainSteps } = this.#options;
    if (everyNTrainSteps && trainer.globalStep % everyNTrainSteps === 0 && trainer.globalStep !== this.#savedAt) await this.#save(trainer);
  }
  override async onTrainEpochEnd(trainer: Trainer): Promise<void> {
    const { everyNTrainSteps, everyNEpochs = 1 } = this.#options;
    if (!everyNTrainSteps && (trainer.currentEpoch + 1) % everyNEpochs === 0) await this.#save(trainer);
  }
  /** Where a run was interrupted, the latest state is worth keeping. */
  override async onTrainEnd(trainer: Trainer, _task: AnyTask): Promise<void> {
    if (this.#options.saveLast && trainer.interrupted) await this.#saveLast(trainer);
  }

  override stateDict(): Readonly<Record<string, unknown>> {
    const { bestModelPath, bestModelScore, lastModelPath, bestKModels } = this;
    return { bestModelPath: bestModelPath ?? null, bestModelScore: bestModelScore ?? null, lastModelPath: lastModelPath ?? null, bestKModels: { ...bestKModels } };
  }
  override loadStateDict(state: Readonly<Record<string, unknown>>): void {
    Object.assign(this, Object.fromEntries(Object.entries(state).map(([key, value]) => [key, value ?? undefined])));
  }

  /** The name for these values. @throws for a value that was not logged, and a form that is none */
  formatCheckpointName(metrics: Readonly<Record<string, number>>): string {
    const { filename = '{epoch}-{step}', autoInsertMetricName = true } = this.#options;
    return filename.replace(/\{([^}:]+)(?::([^}]*))?\}/g, (_, name: string, form = '') => {
      const value = metrics[name] ?? fail('ModelCheckpoint', `nothing called '${name}' was logged`, `There is: ${Object.keys(metrics).join(', ')}.`);
      return `${autoInsertMetricName ? `${name}=` : ''}${formatted(value, form)}`;
    });
  }

  async #save(trainer: Trainer): Promise<void> {
    this.#savedAt = trainer.globalStep;
    const { monitor, mode = 'min', saveTopK = 1, saveLast, store = files, dirpath, verbose } = this.#options;
    if (monitor !== undefined && trainer.callbackMetrics[monitor] === undefined && trainer.validates && (trainer.currentEpoch + 1) % trainer.checkValEveryNEpoch !== 0) return;
    const score = monitor === undefined ? trainer.globalStep : monitored(trainer, monitor, 'ModelCheckpoint');
    const better = (a: number, b: number) => !Number.isNaN(a) && (Number.isNaN(b) || (monitor === undefined || mode === 'max' ? a > b : a < b));
    const kept = Object.entries(this.bestKModels);
    const [worstPath, worst] = kept.reduce<[string, number] | []>((a, b) => (a[1] === undefined || better(a[1], b[1]) ? b : a), []);
    const full = saveTopK !== -1 && kept.length >= saveTopK;
    if (saveTopK !== 0 && (!full || better(score, worst!))) {
      const name = this.formatCheckpointName({ ...trainer.callbackMetrics, epoch: trainer.currentEpoch, step: trainer.globalStep });
      const path = freeName(`${dirpath ?? `${trainer.defaultRootDir}/checkpoints`}/${name}`, this.bestKModels);
      if (full) delete this.bestKModels[worstPath!];
      this.bestKModels[path] = score;
      if (this.bestModelScore === undefined || better(score, this.bestModelScore)) [this.bestModelPath, this.bestModelScore] = [path, score];
      await store.write(path, await trainer.saveCheckpoint());
      if (full && worstPath !== path) await store.remove(worstPath!);
      if (verbose) trainer.output?.write(`Saved ${path}\n`);
    }
    if (saveLast) await this.#saveLast(trainer);
  }

  async #saveLast(trainer: Trainer): Promise<void> {
    const { store = files, dirpath } = this.#options;
    this.lastModelPath = `${dirpath ?? `${trainer.defaultRootDir}/checkpoints`}/last${END}`;
    await store.write(this.lastModelPath, await trainer.saveCheckpoint());
  }
}

/** A name that none of the kept ones has. */
function freeName(path: string, taken: Readonly<Record<string, number>>): string {
  for (let version = 0; ; version++) {
    const name = `${path}${version === 0 ? '' : `-v${version}`}${END}`;
    if (!(name in taken)) return name;
  }
}

/** Python's format: `02d`, `.2f`, `.1e`, `.3g`, `.0%`. */
function formatted(value: number, form: string): string {
  if (form === '') return String(value);
  const [, zero, width = '0', digits, kind] = /^(0?)(\d*)(?:\.(\d+))?([dfeg%]?)$/.exec(form) ?? fail('ModelCheckpoint', `'${form}' is no format`, 'Use forms such as 02d, .2f or .1e.');
  const places = digits === undefined ? 6 : Number(digits);
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2');
  const text = kind === 'd' ? String(Math.round(value))
    : kind === 'e' ? exponent(value.toExponential(places))
    : kind === 'g' ? exponent(String(Number(value.toPrecision(Math.max(1, places)))))
    : kind === '%' ? `${(value * 100).toFixed(places)}%`
    : value.toFixed(places);
  return text.padStart(Number(width || 0), zero ? '0' : ' ');
}
