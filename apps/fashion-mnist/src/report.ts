/** What the program says while it runs. */
import type { Device } from '@nn/tensor';
import { checkLoss, epochLine, type Measures, type Output, ProgressBar } from '@nn/train';
import type { Data } from './data.ts';
import type { EpochMetrics } from './metrics-file.ts';
import type { Options } from './options.ts';

export class Report {
  readonly #output: Output;
  #bar: ProgressBar | undefined;
  #epoch = 0;
  #epochs = 0;
  #step = 0;
  #started = 0;

  constructor(output: Output = process.stdout) {
    this.#output = output;
  }

  line(text: string): void {
    this.#output.write(`${text}\n`);
  }

  device(device: Device, options: Options): void {
    this.line(`Device: ${device.describe()}`);
    if (options.threads !== undefined && options.device !== 'cpu') this.line(`--threads is for --device cpu; ${options.device} does without.`);
  }

  data({ notes }: Data): void {
    for (const note of notes) this.line(note);
  }

  epochBegins(epoch: number, epochs: number, steps: number): void {
    [this.#epoch, this.#epochs, this.#step, this.#started] = [epoch, epochs, 0, performance.now()];
    this.#bar = new ProgressBar({ total: steps, label: `Epoch ${epoch}/${epochs}`, output: this.#output });
  }

  /**
   * Moves the bar; the answer is the loss.
   * @throws where it is NaN or infinite
   */
  step(loss: number): number {
    this.#step++;
    if (Number.isFinite(loss)) this.#bar?.update(this.#step, `loss ${loss.toFixed(4)} (this batch)`);
    else this.#bar?.stop();
    return checkLoss(loss, 'train', `epoch ${this.#epoch}, step ${this.#step}`);
  }

  epochEnds(train: Measures, validation: Measures): EpochMetrics {
    this.#bar?.stop();
    const [epoch, epochs, seconds] = [this.#epoch, this.#epochs, (performance.now() - this.#started) / 1000];
    this.line(epochLine({ epoch, epochs, train, validation, seconds }, { metric: 'Accuracy', examples: 'images' }));
    return { epoch, trainLoss: train.loss, trainAccuracy: train.metric!, valLoss: validation.loss, valAccuracy: validation.metric!, seconds };
  }

  end(testAccuracy: number, { held }: Data): void {
    this.line(`Test accuracy: ${testAccuracy.toFixed(4)} (${held.length.toLocaleString('en-US')} held-out images)`);
  }
}
