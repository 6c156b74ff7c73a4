import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { CrossEntropyLoss, Dropout, Linear, Module, Parameter, ReLU, Sequential } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { ones, type Tensor, zeros } from '@nn/tensor';
import { ModelSummary, summary, Task } from '@nn/train';
import { humanCount } from '../src/summary.ts';
import { quiet, setUp } from './task.ts';

class NeuralNetwork extends Task {
  fc1 = new Linear(28 * 28, 512);
  fc2 = new Linear(512, 512);
  fc3 = new Linear(512, 10);
  criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  forward(x: Tensor): Tensor { return this.fc3.forward(this.fc2.forward(this.fc1.forward(x)).relu()); }
}

describe('summary', () => {
  it("prints the lecture's table", () => {
    expect(summary(new NeuralNetwork(), { maxDepth: 2 })).toBe([
      '  | Name      | Type               | Params | Mode ',
      '-'.repeat(57),
      '0 | fc1       | Linear             | 401 K  | train',
      '1 | fc2       | Linear             | 262 K  | train',
      '2 | fc3       | Linear             | 5.1 K  | train',
      '3 | criterion | CrossEntropyLoss   | 0      | train',
      '4 | accuracy  | MulticlassAccuracy | 0      | train',
      '-'.repeat(57),
      '669 K     Trainable params',
      '0         Non-trainable params',
      '669 K     Total params',
      '2.679     Total estimated model params size (MB)',
      '5         Modules in train mode',
      '0         Modules in eval mode',
    ].join('\n'));
  });

  it('goes as deep as asked, counts shared and frozen parameters, and those of no layer', () => {
    class Deep extends Module {
      body = new Sequential(new Linear(4, 3), new ReLU(), new Sequential(new Dropout(0.5)));
      factor = new Parameter(ones([2]));
      again = this.body[0]!;
      forward(x: Tensor): Tensor { return this.body.forward(x); }
    }
    const model = new Deep();
    model.body[0]!.freeze();
    model.body.eval();
    const rows = (maxDepth: number) => summary(model, { maxDepth }).split('\n');
    expect(rows(1).slice(2, 5)).toEqual(['0 | body         | Sequential | 15     | eval', '1 | other params | n/a        | 2      | n/a ', '-'.repeat(51)]);
    expect(rows(-1).slice(2, 7).map((row) => row.split('|')[1]!.trim())).toEqual(['body', 'body.0', 'body.1', 'body.2', 'body.2.0']);
    expect(rows(2)).toHaveLength(14 - 5 + 5);
    expect(rows(-1).slice(-6)).toEqual(['2         Trainable params', '15        Non-trainable params', '17        Total params', '0.000     Total estimated model params size (MB)', '0         Modules in train mode', '5         Modules in eval mode']);
  });

  it('shows sizes for an example, and the columns asked for', () => {
    const model = new Sequential(new Linear(4, 3), new ReLU());
    expect(summary(model, { example: zeros([2, 4]), columns: ['name', 'inSizes', 'outSizes'] }).split('\n').slice(0, 4)).toEqual([
      '  | Name | In sizes | Out sizes', '-'.repeat(37), '0 | 0    | [2, 4]   | [2, 3]   ', '1 | 1    | [2, 3]   | [2, 3]   ',
    ]);
    expect(model.training).toBe(true);
    expect(() => summary(model, { columns: ['inSizes'] })).toThrow('summary: sizes need an example');
    expect(() => summary(model, { maxDepth: -2 })).toThrow('maxDepth is -2');
  });

  it("counts as Lightning does", () => {
    expect([0, 7, 999, 1000, 5130, 99_999, 100_000, 669_706, 1_000_000, 2e6 + 5e5, 123_456_789, 7e9, 3e12, 2.5e15].map(humanCount))
      .toEqual(['0', '7', '999', '1.0 K', '5.1 K', '100.0 K', '100 K', '669 K', '1.0 M', '2.5 M', '123 M', '7.0 B', '3.0 T', '2,500 T']);
  });

  it('is printed when training begins', async () => {
    let printed = '';
    const { task, trainLoader } = setUp();
    await quiet({ maxEpochs: 1, limitTrainBatches: 1, callbacks: new ModelSummary({ maxDepth: -1 }), output: { write: (text) => (printed += text) } }).fit(task, trainLoader);
    expect(printed).toContain('1 | fc2       | Linear             | 330    | train');
  });
});
