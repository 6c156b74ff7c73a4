/** The solvers sgd and adam: pass after pass over the rows in batches, until there is no improvement any more. */
import { DataLoader, type Dataset, type RandomSource } from '@nn/data';
import { Adam, SGD } from '@nn/optim';
import { scope, type Tensor } from '@nn/tensor';
import type { Output } from '../progress-bar.ts';
import type { MLPSettings } from './mlp-options.ts';
import type { Objective } from './objective.ts';

/** What training by passes remembers; `warmStart` and `partialFit` go on with it. */
export interface Progress {
  readonly lossCurve: number[];
  bestLoss: number;
  /** Scores of the rows held out, with `earlyStopping`. */
  readonly validationScores: number[];
  bestValidationScore: number;
  /** Rows seen. */
  t: number;
  /** Passes in a row that improved nothing. */
  fruitless: number;
  optimizer?: SGD | Adam;
}

export const freshProgress = (): Progress => ({ lossCurve: [], bestLoss: Infinity, validationScores: [], bestValidationScore: -Infinity, t: 0, fruitless: 0 });

/** What is trained on, and how it is judged. */
export interface Passes {
  readonly data: Dataset;
  readonly random: RandomSource;
  /** At most. */
  readonly passes: number;
  /** The score of the rows held out, where there are some. */
  readonly validate: (() => Promise<number>) | undefined;
  readonly output: Output | undefined;
}

/** The smallest rate that `'adaptive'` goes on from. */
const SMALLEST_RATE = 1e-6;

function makeOptimizer({ network }: Objective, { solver, learningRateInit: lr, momentum, nesterovsMomentum, beta1, beta2, epsilon: eps }: MLPSettings): SGD | Adam {
  return solver === 'adam'
    ? new Adam(network.parameters(), { variant: 'keras', lr, betas: [beta1, beta2], eps })
    : new SGD(network.parameters(), { variant: 'keras', lr, momentum, nesterov: nesterovsMomentum && momentum > 0 });
}

/** @returns the number of passes, and whether it ended because nothing improved */
export async function trainByPasses(objective: Objective, progress: Progress, settings: MLPSettings, { data, random, passes, validate, output }: Passes): Promise<{ nIter: number; converged: boolean }> {
  const { solver, batchSize, shuffle, learningRate, learningRateInit, powerT, tol, nIterNoChange } = settings;
  const rows = data.length;
  const optimizer = (progress.optimizer ??= makeOptimizer(objective, settings));
  const group = optimizer.paramGroups[0]!;
  let order = Int32Array.from({ length: rows }, (_, row) => row);
  const loader = new DataLoader(data, {
    batchSize: Math.min(batchSize === 'auto' ? 200 : batchSize, rows), device: objective.device,
    sampler: { length: rows, [Symbol.iterator]: () => order[Symbol.iterator]() },
  });

  for (let pass = 1; pass <= passes; pass++) {
    if (shuffle) order = random.permutation(rows).map((at) => order[at]!);
    const sums: Tensor[] = [];
    for await (const [inputs, targets] of loader) {
      sums.push(scope(() => {
        const loss = objective.loss(inputs, targets);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.detach().mul(inputs.shape[0]!);
      }, 'fit'));
    }
    const loss = (await Promise.all(sums.map((sum) => sum.item()))).reduce((a, b) => a + b, 0) / rows;
    for (const sum of sums) sum.release();
    progress.t += rows;
    progress.lossCurve.push(loss);
    output?.write(`Iteration ${pass}, loss = ${loss.toFixed(8)}\n`);

    const improved = validate ? judged(progress, await validate(), tol, output) : !(loss > progress.bestLoss - tol);
    if (!validate && loss < progress.bestLoss) progress.bestLoss = loss;
    progress.fruitless = improved ? 0 : progress.fruitless + 1;
    if (solver === 'sgd' && learningRate === 'invscaling') group.lr = learningRateInit / (progress.t + 1) ** powerT;
    if (progress.fruitless > nIterNoChange) {
      if (solver !== 'sgd' || learningRate !== 'adaptive' || group.lr <= SMALLEST_RATE) return { nIter: pass, converged: true };
      group.lr /= 5;
      progress.fruitless = 0;
    }
  }
  return { nIter: passes, converged: false };
}

/** Notes a score; whether it improves the best one by `tol`. */
function judged(progress: Progress, score: number, tol: number, output: Output | undefined): boolean {
  progress.validationScores.push(score);
  output?.write(`Validation score: ${score.toFixed(6)}\n`);
  const improved = !(score < progress.bestValidationScore + tol);
  if (score > progress.bestValidationScore) progress.bestValidationScore = score;
  return improved;
}
