/** Two tables, and what their kind of question asks of the end of a network. */
import { breastCancer, diabetes, StandardScaler, Subset, type TableDataset, TensorDataset, trainTestSplit } from '@nn/data';
import { BCELoss, type Module, MSELoss, Sigmoid } from '@nn/layers';
import { Accuracy, AUROC, F1Score, MeanAbsoluteError, MeanSquaredError, R2Score } from '@nn/metrics';
import type { Tensor } from '@nn/tensor';

interface Measure {
  update(outputs: Tensor, targets: Tensor): void;
  compute(): Promise<number>;
}

/** A table, and how it is learned. */
export interface Problem {
  readonly question: string;
  load(): TableDataset;
  /** What becomes of the network's one output. */
  readonly output: readonly Module[];
  readonly outputName: string;
  readonly criterion: Module<[Tensor, Tensor]>;
  /** What is measured on the rows held out. The first is the headline; predictions are in the units of the targets. */
  measures(): Readonly<Record<string, Measure>>;
  /** What one would say without looking at the features, from the targets trained on. */
  guess(targets: readonly number[]): { readonly says: number; readonly words: string };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export const problems = {
  'breast-cancer': {
    question: 'is a tumour benign?', load: breastCancer, output: [new Sigmoid()], outputName: 'a sigmoid: a probability', criterion: new BCELoss(),
    measures: () => ({ accuracy: new Accuracy({ task: 'binary' }), AUROC: new AUROC({ task: 'binary' }), F1: new F1Score({ task: 'binary' }) }),
    guess: (targets) => ({ says: Number(mean(targets) > 0.5), words: 'the commonest answer' }),
  },
  diabetes: {
    question: 'how far does diabetes progress in a year?', load: () => diabetes({ scaled: false }), output: [], outputName: 'nothing: the number itself', criterion: new MSELoss(),
    measures: () => ({ 'R²': new R2Score(), RMSE: new MeanSquaredError({ squared: false }), MAE: new MeanAbsoluteError() }),
    guess: (targets) => ({ says: mean(targets), words: 'the mean' }),
  },
} satisfies Readonly<Record<string, Problem>> as Readonly<Record<'breast-cancer' | 'diabetes', Problem>>;

/** A table in two parts, features (and numbers to tell) at mean 0 and standard deviation 1 over the rows trained on. */
export interface Parts {
  readonly train: Subset;
  readonly test: Subset;
  readonly features: number;
  /** Targets of the rows trained on, as they are in the table. */
  readonly targets: readonly number[];
  /** Outputs in the units of the table. */
  inUnits(outputs: Tensor): Tensor;
}

export function parts(table: TableDataset, seed: number): Parts {
  const classes = table.targets instanceof Int32Array ? table.targets : undefined;
  const split = trainTestSplit(table, { randomState: seed, ...(classes && { stratify: classes }) });
  const { features } = StandardScaler.fit(table, split[0].rows).transform(table);
  const targets = Array.from(split[0].rows, (row) => table.targets[row]!);
  // Classes are 0 and 1 as they are; numbers are scaled too.
  const shift = classes ? 0 : mean(targets);
  const unit = classes ? 1 : Math.sqrt(mean(targets.map((value) => (value - shift) ** 2)));
  const data = new TensorDataset(
    { data: features, shape: [table.length, table.featureNames.length], dtype: 'float32' },
    { data: table.targets, shape: [table.length, 1], dtype: 'float32', scale: 1 / unit, shift: -shift / unit },
  );
  const [train, test] = split.map(({ rows }) => new Subset(data, rows)) as [Subset, Subset];
  return { train, test, features: table.featureNames.length, targets, inUnits: (outputs) => outputs.mul(unit).add(shift) };
}
