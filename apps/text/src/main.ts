/** An LSTM or a small Transformer learns to write a text, character by character. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@nn/autograd';
import { noGrad } from '@nn/autograd';
import { crossEntropy } from '@nn/layers';
import { Adam } from '@nn/optim';
import { Generator, manualSeed, setDefaultDevice, type Tensor, tensor } from '@nn/tensor';
import { openDevice } from './devices.ts';
import { CharLSTM, CharTransformer } from './models.ts';
import { Characters, windows } from './text.ts';

const HELP = `Usage: node apps/text/dist/main.js [options]

  --model <name>     lstm or transformer (default lstm)
  --file <path>      the text to learn (default: this repository's docs/architecture.md)
  --device <name>    cpu, webgpu or gpujs (default cpu)
  --steps <n>        steps of training (default 400)
  --batch-size <n>   windows in a step (default 16)
  --context <n>      characters in a window (default 64)
  --width <n>        of the network (default 128)
  --lr <x>           learning rate of Adam (default 0.003)
  --length <n>       characters to write at the end (default 200)
  --temperature <x>  below 1 writes safer, above 1 wilder (default 0.7)
  --seed <n>         decides the weights, the windows and what is written (default 0)`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' }, model: { type: 'string', default: 'lstm' }, file: { type: 'string' },
    device: { type: 'string', default: 'cpu' }, steps: { type: 'string', default: '400' }, 'batch-size': { type: 'string', default: '16' }, context: { type: 'string', default: '64' },
    width: { type: 'string', default: '128' }, lr: { type: 'string', default: '0.003' }, length: { type: 'string', default: '200' },
    temperature: { type: 'string', default: '0.7' }, seed: { type: 'string', default: '0' },
  },
});

function number(name: 'steps' | 'batch-size' | 'context' | 'width' | 'lr' | 'length' | 'temperature' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name}: ${values[name]} is not a number from 0 on.`);
}

const models = { lstm: CharLSTM, transformer: CharTransformer };

async function main(): Promise<void> {
  if (!(values.model in models)) throw new Error(`--model: there is no ${values.model}. Use lstm or transformer.`);
  const [context, batch, steps] = [number('context'), number('batch-size'), number('steps')];
  const text = readFileSync(values.file ?? fileURLToPath(new URL('../../../docs/architecture.md', import.meta.url)), 'utf8');
  const characters = new Characters(text);
  const ids = characters.encode(text);
  const split = Math.floor(0.9 * ids.length);
  const [training, heldOut] = [ids.slice(0, split), ids.slice(split)];
  if (heldOut.length <= context) throw new Error(`--file: ${ids.length} characters are too few for --context ${context}.`);

  setDefaultDevice(await openDevice(values.device));
  manualSeed(number('seed'));
  const model = new models[values.model as keyof typeof models](characters.list.length, number('width'));
  const optimizer = new Adam(model.parameters(), { lr: number('lr') });
  const draw = new Generator(number('seed')).fork('windows');
  const lossOf = ([inputs, targets]: [Tensor, Tensor]): Tensor => crossEntropy(model.forward(inputs).flatten(0, 1), targets.flatten());
  const size = model.parameters().reduce((sum, { numel }) => sum + numel, 0);
  console.log(`${values.model} of ${size} parameters, ${ids.length} characters, ${characters.list.length} different ones`);

  let sum = 0;
  const begun = performance.now();
  for (let step = 1; step <= steps; step++) {
    const loss = lossOf(windows(training, batch, context, draw));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    sum += await loss.item();
    if (step % 100 === 0 || step === steps) {
      const count = step % 100 || 100;
      const rate = (step * batch * context) / ((performance.now() - begun) / 1000);
      console.log(`step ${step}: loss ${(sum / count).toFixed(2)} (mean of the last ${count}), ${Math.round(rate)} characters a second`);
      sum = 0;
    }
  }
  model.eval();
  const test = new Generator(1);
  console.log(`held out: loss ${(await noGrad(() => lossOf(windows(heldOut, 32, context, test))).item()).toFixed(2)} nats a character`);
  console.log(await write('The ', number('length')));

  /** Draws one character after another from what the model expects. */
  async function write(start: string, length: number): Promise<string> {
    const written = characters.encode(start);
    const chance = new Generator(number('seed')).fork('writing');
    for (let i = 0; i < length; i++) {
      const seen = tensor([written.slice(-context)], { dtype: 'int32' });
      const expected = await noGrad(() => model.forward(seen).at(0, -1).div(Math.max(1e-3, number('temperature'))).softmax(0)).data();
      let left = chance.uniform(1)[0]!;
      const next = expected.findIndex((p) => (left -= p) < 0);
      written.push(next < 0 ? expected.length - 1 : next);
    }
    return characters.decode(written);
  }
}

if (values.help) console.log(HELP);
else {
  await main().catch((error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  });
}
