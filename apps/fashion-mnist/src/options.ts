/** The command line. */
import { choice, number, whole } from '@nn/command-line';
import type { PixelScale } from '@nn/data';
import { Command, Option } from 'commander';
import type { ModelName } from './models.ts';

export interface Options {
  readonly dataset: 'fashion-mnist' | 'mnist' | 'digits';
  readonly dataDir: string;
  /** Fetch the files that are missing there. */
  readonly download?: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly device: 'cpu' | 'webgpu' | 'gpujs' | 'reference' | 'auto';
  /** Undefined: as many as the device takes by itself. */
  readonly threads?: number;
  readonly seed: number;
  readonly model: ModelName;
  /** How the model is written, and the loop. */
  readonly api: 'sequential' | 'class';
  readonly loop: 'plain' | 'trainer';
  /** Strengths of the penalties added to the loss; 0 is none. */
  readonly l1: number;
  readonly l2: number;
  /** Of the optimizer. */
  readonly weightDecay: number;
  /** Epochs without a better validation loss after which training ends; undefined: it goes on. */
  readonly earlyStopping?: number;
  /** Weights to begin with. */
  readonly load?: string;
  readonly scale: PixelScale;
  readonly split: 'lecture' | 'official';
  readonly out: string;
}

const FILES = `
Ctrl-C finishes the step, then evaluates and saves what was learned so far (exit status 130); a second one ends at once.

Files in --out: model.safetensors (the weights, under PyTorch's names and layouts), curves.svg (losses and accuracies by epoch),
samples.svg (five of the images), confusion.svg and mistakes.svg (of the held-out images), and
metrics.json: { device, engine, seed, dataset, epochs: [{ epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, seconds }],
testAccuracy }. Losses are means of the batches' losses, accuracies are over images. trainLoss and trainAccuracy are measured
while the weights change; valLoss and valAccuracy after the epoch, and testAccuracy at the end, on the held-out images.`;

/**
 * Reads the arguments (without `node` and the program's name).
 *
 * @throws CommanderError after it has printed the help or what is wrong; its code is `commander.helpDisplayed` for the former
 */
export function parseOptions(args: readonly string[], output: { out(text: string): void; error(text: string): void }): Options {
  const command = new Command('npm start --')
    .description("Trains the lecture's network on images of clothes: CrossEntropyLoss with label smoothing 0.01, RMSprop with learning rate 0.001.")
    .addOption(choice('--dataset <name>', 'what to train on; without its files, the digits', ['fashion-mnist', 'mnist', 'digits']))
    .addOption(new Option('--data-dir <folder>', 'holds fashion-mnist/ or mnist/ with the four idx files, gzipped or not').env('NN_DATA_DIR').default('data'))
    .option('--download', 'fetches the files that are missing there from where they are published (30 MB for Fashion-MNIST)')
    .option('--epochs <n>', 'passes over the training images', whole(0), 5)
    .option('--batch-size <n>', 'images in a step', whole(1), 32)
    .addOption(choice('--device <name>', 'what computes; auto: the fastest of those installed, by a measured step; webgpu and gpujs need `npm run build` once before', ['cpu', 'webgpu', 'gpujs', 'reference', 'auto']))
    .addOption(new Option('--threads <n>', 'threads of the cpu device; the numbers do not depend on it (default: one a core)').argParser(whole(1)))
    .option('--seed <n>', 'decides the split, the first weights and the order of the batches', whole(0), 0)
    .addOption(choice('--model <name>', 'mlp: hidden layers of 512 and 512; small: of 256 and 32; dropout: mlp, of which a fifth and a tenth is dropped; batchnorm: 512 and 265, normalized; regularized: 265, 64 and 32, normalized, half of each dropped', ['mlp', 'small', 'dropout', 'batchnorm', 'regularized']))
    .addOption(choice('--api <name>', 'how the model is written: as a list of layers or as a class; the numbers are the same', ['sequential', 'class']))
    .addOption(choice('--loop <name>', 'how the loop is written: out, or as a task for the Trainer; the numbers are the same', ['plain', 'trainer']))
    .option('--l1 <strength>', 'adds this times the sum of all absolute weights to the loss (the lecture: 1e-5)', number, 0)
    .option('--l2 <strength>', 'adds this times the sum of all squared weights to the loss (the lecture: 1e-4)', number, 0)
    .option('--weight-decay <strength>', "the optimizer's own: adds this times the weight to its gradient (half of what --l2 does)", number, 0)
    .addOption(new Option('--early-stopping [epochs]', 'ends after so many epochs (3, if no number is given) without a better validation loss').preset('3').argParser(whole(1)))
    .option('--load <file>', 'begins with the weights of a model.safetensors; with --epochs 0 it is only evaluated')
    .addOption(choice('--scale <name>', 'pixels as stored; divided by the largest; or with mean 0 and standard deviation 1', ['raw', 'unit', 'standard']))
    .addOption(choice('--split <name>', 'lecture: a stratified quarter of all images is held out (52,500 and 17,500); official: as published (60,000 and 10,000)', ['lecture', 'official']))
    .option('--out <folder>', 'where the files go', 'out')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', FILES)
    .showHelpAfterError('--help lists all options.')
    .configureOutput({ writeOut: output.out, writeErr: output.error, getOutHelpWidth: () => 120 })
    .exitOverride();
  return command.parse(args, { from: 'user' }).opts<Options>();
}
