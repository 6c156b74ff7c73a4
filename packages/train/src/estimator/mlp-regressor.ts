/** A multi-layer perceptron that tells numbers, by scikit-learn's names. */
import { R2Score } from '@nn/metrics';
import { fail, reference, tensor } from '@nn/tensor';
import type { MLPOptions } from './mlp-options.ts';
import { MultilayerPerceptron } from './multilayer-perceptron.ts';
import type { OutActivation } from './objective.ts';
import type { Rows, Targets } from './rows.ts';

/**
 * A regressor by a multi-layer perceptron without an activation at its end; scikit-learn's `MLPRegressor`, with its options, defaults and semantics. The loss of a row is half the squared
 * error, summed over its outputs (scikit-learn says their mean, and follows the gradient of the sum). With `randomState` its random choices are scikit-learn's, as {@link MLPClassifier} has it.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPRegressor.html
 *
 * @typeParam P - what is told of a row: a number (default), or `number[]`
 * @throws where an option is unknown or out of its range
 * @example
 * const regressor = new MLPRegressor({ solver: 'lbfgs', hiddenLayerSizes: 20, maxIter: 500, randomState: 0 });
 * await regressor.fit([[0], [1], [2], [3]], [0, 1, 4, 9]);
 * await regressor.predict([[1.5]]); // a number between 1 and 4
 */
export class MLPRegressor<P extends number | readonly number[] = number> extends MultilayerPerceptron<P> {
  protected readonly typeName = 'MLPRegressor';

  constructor(options: MLPOptions = {}) { super('MLPRegressor', options); }

  /** One pass over these rows, from where it is: for data that comes piece by piece. Solvers sgd and adam, without `earlyStopping`. */
  partialFit(x: Rows, y: Targets<P>): Promise<this> { return this.onePass(x, y, undefined); }

  protected learnTargets([first]: readonly P[]): { outputs: number; end: OutActivation } {
    return { outputs: Array.isArray(first) ? first.length : 1, end: 'identity' };
  }

  protected encode(operation: string, y: readonly P[]): Float64Array {
    const width = (row: P): number => (typeof row === 'number' ? 1 : row.length);
    const uneven = y.findIndex((row) => width(row) !== this.nOutputs);
    if (uneven >= 0) fail(operation, `row ${uneven} of y has ${width(y[uneven]!)} numbers, not ${this.nOutputs}`, 'Give all rows the same targets.');
    const encoded = Float64Array.from(y.flatMap((row): readonly number[] => (typeof row === 'number' ? [row] : row)));
    const wrong = encoded.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) fail(operation, `y holds ${encoded[wrong]}, in row ${Math.floor(wrong / this.nOutputs)}`, 'Leave out what is missing.');
    return encoded;
  }

  protected decode(outputs: Float64Array, rows: number): P[] {
    const columns = outputs.length / rows;
    return Array.from({ length: rows }, (_, row) => (columns === 1 ? outputs[row]! : Array.from(outputs.subarray(row * columns, (row + 1) * columns))) as P);
  }

  /** R², averaged over the outputs; of fewer than two rows it is NaN. */
  protected async grade(predicted: readonly P[], truth: readonly P[]): Promise<number> {
    if (predicted.length < 2) return NaN;
    const device = reference();
    const [outputs, targets] = [predicted, truth].map((rows) => tensor(this.encode('MLPRegressor.score', rows), { shape: [rows.length, this.nOutputs], device, dtype: 'float64' }));
    const r2 = new R2Score();
    r2.update(outputs!, targets!);
    return r2.compute();
  }

  protected strata(): undefined { return undefined; }
}
