/** Two small tables, learned by the same network with two different ends: a probability needs a sigmoid, a number nothing. */
import { choice, number, program, run, whole } from '@nn/command-line';
import { noGrad } from '@nn/autograd';
import { DataLoader } from '@nn/data';
import { Linear, ReLU, Sequential } from '@nn/layers';
import { AdamW } from '@nn/optim';
import { full, manualSeed, setDefaultDevice } from '@nn/tensor';
import { fit, openDevice } from '@nn/train';
import { parts, type Problem, problems } from './problems.ts';

interface Options {
  readonly table: keyof typeof problems | 'both';
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly device: string;
}

const command = program('tables', 'Tells whether tumours are benign, and how far diabetes progresses, from the tables that come with @nn/data.')
  .addOption(choice('--table <name>', 'which to learn', ['both', 'breast-cancer', 'diabetes']))
  .option('--hidden <n>', 'units of the hidden layer', whole(1), 16)
  .option('--epochs <n>', 'passes over the rows', whole(1), 20)
  .option('--batch-size <n>', 'rows in a step', whole(1), 32)
  .option('--lr <x>', 'learning rate of AdamW', number, 0.003)
  .option('--weight-decay <x>', 'of AdamW', number, 1)
  .option('--seed <n>', 'decides the split, the weights and the order of the rows', whole(0), 0);

await run(command, async ({ table, device, ...options }: Options) => {
  setDefaultDevice(await openDevice(device));
  const names = table === 'both' ? (['breast-cancer', 'diabetes'] as const) : [table];
  for (const name of names) await learn(name, problems[name], options);
});

async function learn(name: string, { question, load, output, outputName, criterion, measures, guess }: Problem, { hidden, epochs, batchSize, lr, weightDecay, seed }: Omit<Options, 'table' | 'device'>): Promise<void> {
  const rows = load();
  const { train, test, features, targets, inUnits } = parts(rows, seed);
  console.log(`${name}: ${question} ${rows.length} rows of ${features} features; at the end of the network ${outputName}`);

  manualSeed(seed);
  const model = new Sequential(new Linear(features, hidden), new ReLU(), new Linear(hidden, 1), ...output);
  const history = await fit({
    model, criterion, optimizer: new AdamW(model.parameters(), { lr, weightDecay }), trainLoader: new DataLoader(train, { batchSize, shuffle: true }), epochs, progress: false,
  });
  console.log(`  loss ${history[0]!.train.loss.toFixed(4)} in the first epoch, ${history.at(-1)!.train.loss.toFixed(4)} in epoch ${epochs}`);

  // The rows held out, and beside them what one would say who does not look.
  const { says, words } = guess(targets);
  const [told, guessed] = [measures(), measures()];
  model.eval();
  for await (const [x, y] of new DataLoader(test, { batchSize: 100 })) {
    noGrad(() => {
      const [outputs, truth] = [inUnits(model.forward(x)), inUnits(y)];
      for (const [measured, said] of [[told, outputs], [guessed, full(truth.shape, says)]] as const) {
        for (const measure of Object.values(measured)) measure.update(said.flatten(), output.length > 0 ? truth.flatten().cast('int32') : truth.flatten());
      }
    });
  }
  const values = async (of: typeof told): Promise<string> => (await Promise.all(Object.entries(of).map(async ([measure, metric]) => `${measure} ${(await metric.compute()).toFixed(3)}`))).join(', ');
  console.log(`  ${test.length} rows held out: ${await values(told)}`);
  console.log(`  ${words} (${says.toFixed(output.length > 0 ? 0 : 1)}) would come to: ${await values(guessed)}`);
}
