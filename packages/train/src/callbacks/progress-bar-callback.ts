import { type AnyTask, Callback } from '../callback.ts';
import { ProgressBar } from '../progress-bar.ts';
import type { Trainer } from '../trainer.ts';

/** A bar on a terminal while steps run, and a line an epoch, in which every number says what it is of. */
export class ProgressBarCallback extends Callback {
  override readonly monitoring = true;
  #bar: ProgressBar | undefined;
  #started = 0;

  override onTrainEpochStart(trainer: Trainer): void {
    this.#started = performance.now();
    this.#show(trainer, `Epoch ${epochOf(trainer)}`, trainer.numTrainingBatches);
  }
  override onTrainBatchEnd(trainer: Trainer, _task: AnyTask, _outputs: unknown, _batch: unknown, batchIdx: number): void {
    this.#bar?.update(batchIdx + 1, Object.entries(trainer.progressBarMetrics).map(([name, value]) => `${name} ${value.toFixed(4)}`).join(', '));
  }
  override onValidationStart(trainer: Trainer): void { this.#show(trainer, 'Validation', 0); }
  override onValidationEnd(trainer: Trainer): void {
    this.#hide();
    if (trainer.stage === 'validate') print(trainer, 'Validation', ['validate'], '');
  }
  override onTestStart(trainer: Trainer): void { this.#show(trainer, 'Test', 0); }
  override onTestEnd(trainer: Trainer): void {
    this.#hide();
    print(trainer, 'Test', ['test'], '');
  }
  override onTrainEpochEnd(trainer: Trainer): void {
    this.#hide();
    print(trainer, `Epoch [${epochOf(trainer)}]`, ['train', 'validate'], `${((performance.now() - this.#started) / 1000).toFixed(1)} s`);
  }
  override onTrainEnd(trainer: Trainer): void {
    this.#hide();
    if (trainer.interrupted) trainer.output?.write(`Interrupted in epoch ${trainer.currentEpoch + 1}, after ${trainer.globalStep.toLocaleString('en-US')} steps; what was learned is kept.\n`);
  }
  override onException(): void { this.#hide(); }

  #show({ output }: Trainer, label: string, total: number): void {
    this.#hide();
    if (output && total > 0 && Number.isFinite(total)) this.#bar = new ProgressBar({ total, label, output });
  }
  #hide(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

const epochOf = ({ currentEpoch, maxEpochs }: Trainer): string => `${currentEpoch + 1}${Number.isFinite(maxEpochs) ? `/${maxEpochs}` : ''}`;

function print({ output, results: { callback, phases, meanings } }: Trainer, label: string, of: readonly string[], end: string): void {
  const numbers = Object.entries(callback).flatMap(([name, value]) =>
    (of.includes(phases[name] ?? '') && !name.endsWith('_epoch') && meanings[name] !== 'one batch' ? [`${name} ${value.toFixed(4)} (${meanings[name]})`] : []));
  output?.write(`${label}: ${[...numbers, ...(end ? [end] : [])].join(', ')}\n`);
}
