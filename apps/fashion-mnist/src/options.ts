/** The command line. */
import type { PixelScale } from '@nn/data';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface Options {
  readonly dataset: 'fashion-mnist' | 'mnist' | 'digits';
  readonly dataDir: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly device: 'cpu' | 'webgpu' | 'gpujs' | 'reference';
  /** Undefined: as many as the device takes by itself. */
  readonly threads?: number;
  readonly seed: number;
  readonly model: 'mlp' | 'small';
  readonly scale: PixelScale;
  readonly split: 'lecture' | 'official';
  readonly out: string;
}

const METRICS = `
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
    .option('--epochs <n>', 'passes over the training images', whole(0), 5)
    .option('--batch-size <n>', 'images in a step', whole(1), 32)
    .addOption(choice('--device <name>', 'what computes; webgpu and gpujs need `npm run build` once before', ['cpu', 'webgpu', 'gpujs', 'reference']))
    .addOption(new Option('--threads <n>', 'threads of the cpu device; the numbers do not depend on it (default: one a core)').argParser(whole(1)))
    .option('--seed <n>', 'decides the split, the first weights and the order of the batches', whole(0), 0)
    .addOption(choice('--model <name>', 'mlp: hidden layers of 512 and 512; small: of 256 and 32', ['mlp', 'small']))
    .addOption(choice('--scale <name>', 'pixels as stored; divided by the largest; or with mean 0 and standard deviation 1', ['raw', 'unit', 'standard']))
    .addOption(choice('--split <name>', 'lecture: a stratified quarter of all images is held out (52,500 and 17,500); official: as published (60,000 and 10,000)', ['lecture', 'official']))
    .option('--out <folder>', 'where metrics.json goes', 'out')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', METRICS)
    .showHelpAfterError('--help lists all options.')
    .configureOutput({ writeOut: output.out, writeErr: output.error, getOutHelpWidth: () => 120 })
    .exitOverride();
  return command.parse(args, { from: 'user' }).opts<Options>();
}

/** An option with a list of values, the first of which is the default. */
const choice = (flags: string, description: string, values: readonly [string, ...string[]]): Option => new Option(flags, description).choices(values).default(values[0]);

/** Parses a whole number from `least` on. */
const whole = (least: number) => (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
  return value;
};
