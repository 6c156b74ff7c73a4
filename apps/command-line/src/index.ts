/** How the sample programs read their options, and how they end: with status 2 where the command line is wrong, 1 where the run failed. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export { InvalidArgumentError, Option };

/** A program of `apps/<folder>`; it has `--device` and `--help`. */
export function program(folder: string, description: string): Command {
  return new Command(`node apps/${folder}/dist/main.js`)
    .description(description)
    .option('--device <name>', 'what computes: cpu, webgpu, gpujs, reference, or auto, the fastest of those installed', 'cpu')
    .helpOption('-h, --help', 'print this')
    .showHelpAfterError('--help lists all options.')
    .configureOutput({ getOutHelpWidth: () => 120 })
    .exitOverride();
}

/** An option with a list of values, the first of which is the default. */
export const choice = (flags: string, description: string, values: readonly [string, ...string[]]): Option => new Option(flags, description).choices(values).default(values[0]);

/** Which images, and where they are: `imageSet` of @nn/data takes both. */
export const imageOptions = (): [dataset: Option, dataDir: Option] => [
  choice('--dataset <name>', 'fetched where it is missing; the digits come with @nn/data', ['fashion-mnist', 'mnist', 'digits']),
  new Option('--data-dir <folder>', 'holds fashion-mnist/ or mnist/ (default: NN_DATA_DIR, else the cache folder)'),
];

/** Parses a number from 0 on. */
export const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Infinity) throw new InvalidArgumentError('It takes a number from 0 on.');
  return value;
};

/** Parses a whole number from `least` on. */
export const whole = (least: number) => (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
  return value;
};

/** Reads the options of this process and runs `main` with them, whose type says what they are; errors are said in one line. */
export async function run(command: Command, main: (options: never) => Promise<void>): Promise<void> {
  try {
    await main(command.parse().opts<never>());
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode && 2;
    else {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
  }
}
