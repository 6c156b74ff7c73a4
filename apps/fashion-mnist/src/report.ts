/** What the program says while it runs. */
import type { Device } from '@nn/tensor';
import { checkLoss, epochLine, type Measures, type Output, ProgressBar } from '@nn/train';
import type { Data } from './data.ts';
import type { Examination } from './examine.ts';
import type { EpochMetrics } from './metrics-file.ts';
import type { Options } from './options.ts';

export class Report {
  readonly #output: Output;
  #bar: ProgressBar | undefined;
  readonly #epochs: number;
  #epoch = 0;
  #step = 0;
  #images = 0;
  #started = 0;
  /** Seconds of the epochs so far. */
  #spent = 0;

  constructor(epochs: number, output: Output = process.stdout) {
    this.#epochs = epochs;
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

  epochBegins(epoch: number, steps: number): void {
    [this.#epoch, this.#step, this.#images, this.#started] = [epoch, 0, 0, performance.now()];
    this.#bar = new ProgressBar({ total: steps, label: `Epoch ${epoch}/${this.#epochs}`, output: this.#output });
  }

  /**
   * Moves the bar; the answer is the loss of the batch, where it was read.
   * @throws where it is NaN or infinite
   */
  step<Loss extends number | undefined>(loss: Loss, images: number): Loss {
    this.#step++;
    this.#images += images;
    if (loss !== undefined && !Number.isFinite(loss)) this.#bar?.stop();
    else this.#bar?.update(this.#step, `${perSecond(this.#images, this.#seconds())}${loss === undefined ? '' : `, loss ${loss.toFixed(4)} (this batch)`}`);
    if (loss !== undefined) checkLoss(loss, 'train', `epoch ${this.#epoch}, step ${this.#step}`);
    return loss;
  }

  epochEnds(train: Measures, validation: Measures): EpochMetrics {
    this.#bar?.stop();
    const [epoch, epochs, seconds] = [this.#epoch, this.#epochs, this.#seconds()];
    this.#spent += seconds;
    const left = (this.#spent / epoch) * (epochs - epoch);
    const rate = perSecond(train.examples + validation.examples, seconds);
    this.line(`${epochLine({ epoch, epochs, train, validation, seconds }, { metric: 'Accuracy', examples: 'images' })}, ${rate}${left > 0 ? `, about ${duration(left)} left` : ''}`);
    return { epoch, trainLoss: train.loss, trainAccuracy: train.metric!, valLoss: validation.loss, valAccuracy: validation.metric!, seconds };
  }

  end({ accuracy, confusion, mistakes }: Examination, { held, classes }: Data): void {
    this.line(`Test accuracy: ${accuracy.toFixed(4)} (${held.length.toLocaleString('en-US')} held-out images)`);
    this.line(confusionTable(confusion, classes));
    if (mistakes.length === 0) return;
    this.line(`${mistakes.length.toLocaleString('en-US')} mistakes, for instance:`);
    for (const { image, truth, said } of mistakes.slice(0, 5)) this.line(`  image ${image} is ${classes[truth]}, the network says ${classes[said]}`);
  }

  #seconds(): number { return (performance.now() - this.#started) / 1000; }
}

/** Rows are what the images are, columns what the network says. */
function confusionTable(confusion: Examination['confusion'], classes: readonly string[]): string {
  const width = Math.max(5, ...confusion.flat().map((count) => String(count).length + 1));
  const name = Math.max(...classes.map((text) => text.length));
  const row = (head: string, cells: readonly (string | number)[]) => `${head.padEnd(name)}${cells.map((cell) => String(cell).padStart(width)).join('')}`;
  return [row('', classes.map((text) => text.slice(0, width - 1))), ...confusion.map((counts, truth) => row(classes[truth]!, counts))].join('\n');
}

const perSecond = (images: number, seconds: number): string => `${Math.round(images / Math.max(seconds, 1e-3)).toLocaleString('en-US')} images/s`;
const duration = (seconds: number): string => (seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);
