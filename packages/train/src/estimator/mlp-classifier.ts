/** A multi-layer perceptron that tells classes, by scikit-learn's names. */
import { fail } from '@nn/tensor';
import { classesOf, indicators, type Label, placesOf } from './labels.ts';
import type { MLPOptions } from './mlp-options.ts';
import { MultilayerPerceptron } from './multilayer-perceptron.ts';
import type { OutActivation } from './objective.ts';
import type { Rows, Targets } from './rows.ts';

/**
 * A classifier by a multi-layer perceptron; scikit-learn's `MLPClassifier`, with its options, defaults and semantics. Two classes have one logistic output, more have a softmax, and rows of
 * zeros and ones (several labels each) a logistic output a label.
 *
 * With `randomState` the first weights, the order of the rows and the rows held out are scikit-learn's, number for number; on a device with float64 the losses of sgd and adam then are too.
 * The solver lbfgs searches its steps as PyTorch's `strong_wolfe` does, so that it comes to another of the many minima, as good in the mean.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPClassifier.html
 *
 * @typeParam L - what classes are: numbers (default), strings or booleans; `number[]` for several labels a row
 * @throws where an option is unknown or out of its range
 * @example
 * const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
 * const [train, test] = trainTestSplit(moons, { stratify: moons.targets, randomState: 42 });
 * const classifier = new MLPClassifier({ solver: 'lbfgs', randomState: 0, hiddenLayerSizes: [10, 10] });
 * await classifier.fit(...moons.gather(train.rows));
 * await classifier.score(...moons.gather(test.rows)); // the share of points told right
 */
export class MLPClassifier<L extends Label | readonly number[] = number> extends MultilayerPerceptron<L> {
  protected readonly typeName = 'MLPClassifier';
  #classes: readonly L[] = [];
  #several = false;

  constructor(options: MLPOptions = {}) { super('MLPClassifier', options); }

  /** The classes in order; of rows of several labels, their numbers. */
  get classes(): readonly L[] {
    this.fitted('classes');
    return this.#classes;
  }

  /**
   * One pass over these rows, from where it is: for data that comes piece by piece. Solvers sgd and adam, without `earlyStopping`.
   *
   * @param classes all that will ever occur, if these rows lack some; the first call decides
   * @throws where a row has another class, and as `fit`
   */
  partialFit(x: Rows, y: Targets<L>, classes?: readonly L[]): Promise<this> { return this.onePass(x, y, classes); }

  /** The probability of each class, a row each, in the order of `classes`. */
  async predictProba(x: Rows): Promise<number[][]> {
    const { data, rows } = await this.outputs('MLPClassifier.predictProba', x);
    const outputs = data.length / rows;
    return Array.from({ length: rows }, (_, row) => {
      const own = Array.from(data.subarray(row * outputs, (row + 1) * outputs));
      return outputs === 1 ? [1 - own[0]!, own[0]!] : own;
    });
  }

  /** The logarithms of {@link predictProba}. */
  async predictLogProba(x: Rows): Promise<number[][]> { return (await this.predictProba(x)).map((row) => row.map(Math.log)); }

  protected learnTargets(y: readonly L[], classes?: readonly L[]): { outputs: number; end: OutActivation } {
    const [first] = y;
    this.#several = Array.isArray(first);
    if (this.#several) {
      const labels = (first as readonly number[]).length;
      this.#classes = Array.from({ length: labels }, (_, label) => label) as readonly unknown[] as readonly L[];
      return { outputs: labels, end: 'logistic' };
    }
    this.#classes = classesOf('MLPClassifier.fit', (classes ?? y) as readonly Label[]) as readonly unknown[] as readonly L[];
    return this.#classes.length > 2 ? { outputs: this.#classes.length, end: 'softmax' } : { outputs: 1, end: 'logistic' };
  }

  protected encode(operation: string, y: readonly L[]): Float64Array {
    if (this.#several !== Array.isArray(y[0])) fail(operation, `y has ${this.#several ? 'one label' : 'several labels'} a row`, 'It goes on from targets of another kind.');
    if (this.#several) return indicators(operation, y as readonly (readonly number[])[]);
    const count = this.#classes.length;
    const places = placesOf(operation, y as readonly Label[], this.#classes as readonly Label[]);
    return count > 2 ? Float64Array.from({ length: places.length * count }, (_, i) => Number(places[Math.floor(i / count)] === i % count)) : Float64Array.from(places);
  }

  protected decode(outputs: Float64Array, rows: number): L[] {
    const columns = outputs.length / rows;
    return Array.from({ length: rows }, (_, row) => {
      const own = outputs.subarray(row * columns, (row + 1) * columns);
      if (this.#several) return Array.from(own, (p) => Number(p > 0.5)) as readonly number[] as L;
      const place = columns > 1 ? own.reduce((best, p, i) => (p > own[best]! ? i : best), 0) : Math.min(Number(own[0]! > 0.5), this.#classes.length - 1);
      return this.#classes[place]!;
    });
  }

  /** The share of rows told right, all labels of them. */
  protected grade(predicted: readonly L[], truth: readonly L[]): number {
    const same = (a: unknown, b: unknown): boolean => (Array.isArray(a) ? a.every((value, i) => value === (b as readonly number[])[i]) : a === b);
    return predicted.filter((label, row) => same(label, truth[row])).length / predicted.length;
  }

  protected strata(encoded: Float64Array): Float64Array | undefined { return this.nOutputs === 1 ? encoded : undefined; }
}
