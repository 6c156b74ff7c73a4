/** The solver lbfgs: all rows at once. */
import { LBFGS } from '@nn/optim';
import { quietly, scope, type Tensor } from '@nn/tensor';
import type { MLPSettings } from './mlp-options.ts';
import type { Objective } from './objective.ts';

/** How the loss has to change for an iteration to count: 1e7 times the precision of float64, as in L-BFGS-B. */
const LITTLE = 1e7 * Number.EPSILON;

/** What a minimization came to. */
export interface Minimum {
  readonly loss: number;
  readonly nIter: number;
  /** Whether it ended before `maxIter` and `maxFun` did. */
  readonly converged: boolean;
}

/** Minimizes the loss of all rows. */
export async function minimizeAtOnce({ network, loss }: Objective, x: Tensor, y: Tensor, { maxIter, maxFun, tol }: MLPSettings): Promise<Minimum> {
  const optimizer = new LBFGS(network.parameters(), { maxIter, maxEval: maxFun, toleranceGrad: tol, toleranceChange: LITTLE, historySize: 10, lineSearchFn: 'strong_wolfe' });
  let value: Tensor | undefined;
  await optimizer.step(() => {
    value?.release(); // it has been read
    return (value = scope(() => {
      optimizer.zeroGrad();
      const now = loss(x, y);
      now.backward();
      return now;
    }, 'fit'));
  });
  const { func_evals: evaluations, n_iter: nIter } = optimizer.stateDict().state[0] as { func_evals: number; n_iter: number };
  const end = await quietly(() => loss(x, y), 'fit').item();
  return { loss: end, nIter, converged: nIter < maxIter && evaluations < maxFun };
}
