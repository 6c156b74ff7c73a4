/** `npm start`: reads the options, trains, writes what was learned. Ends with status 2 where the command line is wrong, 1 where the run failed, 130 where Ctrl-C cut it short. */
import { CommanderError } from 'commander';
import { checkWritable, writeMetrics } from './metrics-file.ts';
import { type Options, parseOptions } from './options.ts';

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args, { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text) });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  console.log(`Training ${options.model} on ${options.dataset}, seed ${options.seed} ...`);
  await checkWritable(options.out);
  const { save, train } = await import('./train.ts'); // what is slow to load comes after the first line
  const outcome = await train(options);
  const files = await save(options.out, outcome);
  console.log(`Wrote ${await writeMetrics(options.out, outcome.metrics)}, and beside it ${files.join(', ')}`);
  return outcome.interrupted ? 130 : 0;
}

// `| head` closes the pipe: no accident, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
