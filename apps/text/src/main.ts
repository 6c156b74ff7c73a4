/** An LSTM or a small Transformer learns to write a text, character by character. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { choice, number, Option, program, run, whole } from '@nn/command-line';
import '@nn/autograd';
import { noGrad } from '@nn/autograd';
import { crossEntropy } from '@nn/layers';
import { Adam } from '@nn/optim';
import { Generator, manualSeed, setDefaultDevice, type Tensor, tensor } from '@nn/tensor';
import { openDevice } from '@nn/train';
import { CharLSTM, CharTransformer } from './models.ts';
import { Characters, windows } from './text.ts';

interface Options {
  readonly model: keyof typeof models;
  readonly file: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly context: number;
  readonly width: number;
  readonly lr: number;
  readonly length: number;
  readonly temperature: number;
  readonly seed: number;
  readonly device: string;
}

const models = { lstm: CharLSTM, transformer: CharTransformer };
const command = program('text', 'An LSTM or a small Transformer learns to write a text, character by character.')
  .addOption(choice('--model <name>', 'which network', ['lstm', 'transformer']))
  .addOption(new Option('--file <path>', 'the text to learn').default(fileURLToPath(new URL('../../../docs/architecture.md', import.meta.url)), "this repository's docs/architecture.md"))
  .option('--steps <n>', 'steps of training', whole(0), 400)
  .option('--batch-size <n>', 'windows in a step', whole(1), 16)
  .option('--context <n>', 'characters in a window', whole(1), 64)
  .option('--width <n>', 'of the network', whole(1), 128)
  .option('--lr <x>', 'learning rate of Adam', number, 0.003)
  .option('--length <n>', 'characters to write at the end', whole(0), 200)
  .option('--temperature <x>', 'below 1 writes safer, above 1 wilder', number, 0.7)
  .option('--seed <n>', 'decides the weights, the windows and what is written', whole(0), 0);

await run(command, async ({ model: name, file, steps, batchSize: batch, context, width, lr, length: count, temperature, seed, device }: Options) => {
  const text = readFileSync(file, 'utf8');
  const characters = new Characters(text);
  const ids = characters.encode(text);
  const split = Math.floor(0.9 * ids.length);
  const [training, heldOut] = [ids.slice(0, split), ids.slice(split)];
  if (heldOut.length <= context) throw new Error(`--file: ${ids.length} characters are too few for --context ${context}.`);

  setDefaultDevice(await openDevice(device));
  manualSeed(seed);
  const model = new models[name](characters.list.length, width);
  const optimizer = new Adam(model.parameters(), { lr });
  const draw = new Generator(seed).fork('windows');
  const lossOf = ([inputs, targets]: [Tensor, Tensor]): Tensor => crossEntropy(model.forward(inputs).flatten(0, 1), targets.flatten());
  const size = model.parameters().reduce((sum, { numel }) => sum + numel, 0);
  console.log(`${name} of ${size} parameters, ${ids.length} characters, ${characters.list.length} different ones`);

  let sum = 0;
  const begun = performance.now();
  for (let step = 1; step <= steps; step++) {
    const loss = lossOf(windows(training, batch, context, draw));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    sum += await loss.item();
    if (step % 100 === 0 || step === steps) {
      const since = step % 100 || 100;
      const rate = (step * batch * context) / ((performance.now() - begun) / 1000);
      console.log(`step ${step}: loss ${(sum / since).toFixed(2)} (mean of the last ${since}), ${Math.round(rate)} characters a second`);
      sum = 0;
    }
  }
  model.eval();
  const test = new Generator(1);
  console.log(`held out: loss ${(await noGrad(() => lossOf(windows(heldOut, 32, context, test))).item()).toFixed(2)} nats a character`);
  console.log(await write('The ', count));

  /** Draws one character after another from what the model expects. */
  async function write(start: string, length: number): Promise<string> {
    const written = characters.encode(start);
    const chance = new Generator(seed).fork('writing');
    for (let i = 0; i < length; i++) {
      const seen = tensor([written.slice(-context)], { dtype: 'int32' });
      const expected = await noGrad(() => model.forward(seen).at(0, -1).div(Math.max(1e-3, temperature)).softmax(0)).data();
      let left = chance.uniform(1)[0]!;
      const next = expected.findIndex((p) => (left -= p) < 0);
      written.push(next < 0 ? expected.length - 1 : next);
    }
    return characters.decode(written);
  }
});
