/** What the estimators have in common: fitting, whatever the targets are. */
import { noGrad } from '@nn/autograd';
import { type Dataset, NumpyRandom, type RandomSource, sourceOf, type Subset, TensorDataset, trainTestSplit } from '@nn/data';
import type { Sequential, StateDict } from '@nn/layers';
import { defaultDevice, fail, quietly, type Tensor, tensor } from '@nn/tensor';
import { standardOutput } from '../progress-bar.ts';
import { minimizeAtOnce } from './full-batch.ts';
import { freshProgress, type Progress, trainByPasses } from './mini-batches.ts';
import { type MLPOptions, type MLPSettings, settingsOf } from './mlp-options.ts';
import { initialize, makeObjective, type Objective, type OutActivation } from './objective.ts';
import { type Matrix, readRows, readTargets, type Rows, type Targets } from './rows.ts';

/** Training that goes on: await it for the estimator, or ask for what comes after it at once. */
export type Fitting<E extends MultilayerPerceptron<T>, T> = Promise<E> & Pick<E, 'predict' | 'score'>;

/** What `fit` knows once it is over. */
interface Outcome {
  readonly loss: number;
  readonly nIter: number;
  readonly converged: boolean;
}

/**
 * The base of {@link MLPClassifier} and {@link MLPRegressor}; as scikit-learn's, in camelCase and without the trailing underscores. What the device computes waits for it: all methods are
 * awaited.
 *
 * @typeParam T - a target: a class, a number, or a row of numbers
 */
export abstract class MultilayerPerceptron<T> {
  readonly settings: MLPSettings;
  protected abstract readonly typeName: string;
  #objective: Objective | undefined;
  #progress: Progress = freshProgress();
  #outcome: Outcome | undefined;

  constructor(operation: string, options: MLPOptions) { this.settings = settingsOf(operation, options); }

  // What the targets decide.

  /** Remembers what kind the targets are; gives the number of outputs and what becomes of them. */
  protected abstract learnTargets(y: readonly T[], classes: readonly T[] | undefined): { outputs: number; end: OutActivation };
  /** Targets as the loss takes them, row by row. */
  protected abstract encode(operation: string, y: readonly T[]): Float64Array;
  /** What the network's outputs say: `outputs` numbers a row. */
  protected abstract decode(outputs: Float64Array, rows: number): T[];
  /** How good predictions are; 1 is best. */
  protected abstract grade(predicted: readonly T[], truth: readonly T[]): Promise<number> | number;
  /** A class for each row by which the rows held out are chosen, where that matters. */
  protected abstract strata(encoded: Float64Array): Float64Array | undefined;

  // What is learned.

  /** The network: a module with parameters, a state dict and all that. Its outputs are logits. */
  get network(): Sequential { return this.fitted('network').network; }
  /** Weights of each layer, `[in, out]`; views. */
  get coefs(): Tensor[] { return this.fitted('coefs').linears.map(({ weight }) => weight.detach().T); }
  /** Biases of each layer, `[out]`; views. */
  get intercepts(): Tensor[] { return this.fitted('intercepts').linears.map(({ bias }) => bias!.detach()); }
  /** Of the last fit: iterations of lbfgs, or passes over the rows. */
  get nIter(): number { return this.#ended('nIter').nIter; }
  /** The loss at the end of lbfgs, or of the last pass. */
  get loss(): number { return this.#ended('loss').loss; }
  /** Whether the last fit ended by itself, before `maxIter` (or `maxFun`) did. */
  get converged(): boolean { return this.#ended('converged').converged; }
  /** sgd, adam: the mean loss of each pass, taken while the weights changed. */
  get lossCurve(): readonly number[] { return this.#progress.lossCurve; }
  /** sgd, adam: the lowest of them; null with `earlyStopping`. */
  get bestLoss(): number | null { return this.settings.earlyStopping ? null : this.#progress.bestLoss; }
  /** With `earlyStopping`, the score of the rows held out after each pass, else null. */
  get validationScores(): readonly number[] | null { return this.settings.earlyStopping ? this.#progress.validationScores : null; }
  get bestValidationScore(): number | null { return this.settings.earlyStopping ? this.#progress.bestValidationScore : null; }
  /** sgd, adam: rows seen, those seen again included. */
  get t(): number { return this.#progress.t; }
  /** Layers, input and output included. */
  get nLayers(): number { return this.fitted('nLayers').linears.length + 1; }
  get nFeaturesIn(): number { return this.fitted('nFeaturesIn').linears[0]!.inFeatures; }
  get nOutputs(): number { return this.fitted('nOutputs').linears.at(-1)!.outFeatures; }
  #end: OutActivation = 'identity';
  get outActivation(): OutActivation { return this.#end; }

  // What it does.

  /**
   * Trains, anew unless `warmStart` is set.
   *
   * @param x [rows, features]
   * @param y a target a row
   * @returns a promise of this estimator that has `score` and `predict` too: `await new MLPClassifier().fit(x, y).score(x, y)`
   * @throws where rows and targets differ in number, values are not finite, or training diverges
   */
  fit(x: Rows, y: Targets<T>): Fitting<this, T> {
    const fitted = this.#fit(x, y);
    return Object.assign(fitted, {
      predict: async (rows: Rows) => (await fitted).predict(rows),
      score: async (rows: Rows, truth: Targets<T>) => (await fitted).score(rows, truth),
    }) as Fitting<this, T>;
  }

  /** What each row is told to be. */
  async predict(x: Rows): Promise<T[]> {
    const { data, rows } = await this.outputs(`${this.typeName}.predict`, x);
    return this.decode(data, rows);
  }

  /** How good its predictions are: the share of rows told right, or R². */
  async score(x: Rows, y: Targets<T>): Promise<number> {
    const operation = `${this.typeName}.score`;
    const truth = await readTargets<T>(operation, y);
    const { data, rows } = await this.outputs(operation, x);
    if (truth.length !== rows) fail(operation, `there are ${rows} rows and ${truth.length} targets`, 'Give one target a row.');
    return this.grade(this.decode(data, rows), truth);
  }

  /** One pass over the rows, from where it is. */
  protected async onePass(x: Rows, y: Targets<T>, classes: readonly T[] | undefined): Promise<this> {
    const operation = `${this.typeName}.partialFit`;
    if (this.settings.solver === 'lbfgs') fail(operation, 'the solver is lbfgs, which takes all rows at once', "Use 'sgd' or 'adam'.");
    if (this.settings.earlyStopping) fail(operation, 'earlyStopping is set', 'It needs whole runs: use fit.');
    return this.#fit(x, y, { classes });
  }

  /** What the network gives, after the last activation: `[rows, outputs]`. */
  protected async outputs(operation: string, x: Rows): Promise<{ data: Float64Array; rows: number }> {
    const { network, device, dtype } = this.fitted(operation);
    const { data, rows, columns } = await readRows(operation, x);
    if (columns !== this.nFeaturesIn) fail(operation, `x has ${columns} features`, `It was fitted on ${this.nFeaturesIn}.`);
    const outputs = quietly(() => {
      const logits = network.forward(tensor(data, { shape: [rows, columns], dtype, device }));
      return this.#end === 'softmax' ? logits.softmax(1) : this.#end === 'logistic' ? logits.sigmoid() : logits;
    }, operation);
    return { data: Float64Array.from(await outputs.data()), rows };
  }

  /** @throws where it has not been fitted */
  protected fitted(operation: string): Objective { return this.#objective ?? fail(operation, 'there is nothing before fit', 'Call fit(x, y) first.'); }
  #ended(what: string): Outcome { return this.#outcome ?? fail(what, 'there is none before fit', 'Call fit(x, y) first.'); }

  async #fit(x: Rows, y: Targets<T>, partial?: { readonly classes: readonly T[] | undefined }): Promise<this> {
    const operation = `${this.typeName}.${partial ? 'partialFit' : 'fit'}`;
    const { settings } = this;
    const matrix = await readRows(operation, x);
    const truth = await readTargets<T>(operation, y);
    if (truth.length !== matrix.rows) fail(operation, `there are ${matrix.rows} rows and ${truth.length} targets`, 'Give one target a row.');
    const random = sourceOf(settings, operation);
    if (!this.#objective || !(settings.warmStart || partial)) {
      const { outputs, end } = this.learnTargets(truth, partial?.classes);
      this.#end = end;
      this.#progress = freshProgress();
      this.#objective = makeObjective([matrix.columns, ...settings.hiddenLayerSizes, outputs], settings, end, settings.device ?? defaultDevice());
      initialize(this.#objective, settings, random);
    }
    const objective = this.#objective;
    if (matrix.columns !== this.nFeaturesIn) fail(operation, `x has ${matrix.columns} features`, `It goes on from ${this.nFeaturesIn}.`);
    const encoded = this.encode(operation, truth);
    if (!partial) delete this.#progress.optimizer;
    this.#outcome = settings.solver === 'lbfgs' ? await this.#atOnce(objective, matrix, encoded) : await this.#byPasses(objective, matrix, truth, encoded, random, partial !== undefined);
    await checkFinite(operation, objective);
    return this;
  }

  async #atOnce(objective: Objective, { data, rows, columns }: Matrix, encoded: Float64Array): Promise<Outcome> {
    const { device, dtype } = objective;
    const [x, y] = [tensor(data, { shape: [rows, columns], device, dtype }), tensor(encoded, { shape: [rows, this.nOutputs], device, dtype })];
    const outcome = await minimizeAtOnce(objective, x, y, this.settings);
    for (const each of [x, y]) each.release();
    return outcome;
  }

  async #byPasses(objective: Objective, matrix: Matrix, truth: readonly T[], encoded: Float64Array, random: RandomSource, once: boolean): Promise<Outcome> {
    const { settings, nOutputs, typeName } = this;
    const { network, dtype } = objective;
    const { rows, columns } = matrix;
    let data: Dataset = new TensorDataset({ data: matrix.data, shape: [rows, columns], dtype }, { data: encoded, shape: [rows, nOutputs], dtype });
    let validate: (() => Promise<number>) | undefined;
    let best: StateDict | undefined;
    if (settings.earlyStopping) {
      const [train, held] = this.#heldOut(data, encoded, random);
      data = train;
      const [[x], y] = [await held.gather(Array.from(held.rows, (_, i) => i)), Array.from(held.rows, (row) => truth[row]!)];
      validate = async () => {
        const before = this.#progress.bestValidationScore;
        const score = await this.grade(this.decode((await this.outputs(`${typeName}.fit`, x)).data, y.length), y);
        if (score > before) best = noGrad(() => Object.fromEntries(Object.entries(network.stateDict()).map(([name, value]) => [name, value.clone()])));
        return score;
      };
    }
    const { verbose } = settings;
    const { nIter, converged } = await trainByPasses(objective, this.#progress, settings, {
      data, random, passes: once ? 1 : settings.maxIter, validate,
      output: verbose === true ? standardOutput() : verbose || undefined,
    });
    if (best) network.loadStateDict(best);
    return { loss: this.#progress.lossCurve.at(-1)!, nIter, converged };
  }

  #heldOut(data: Dataset, encoded: Float64Array, random: RandomSource): [train: Subset, held: Subset] {
    const stratify = this.strata(encoded);
    const { validationFraction: testSize } = this.settings;
    const [train, held] = trainTestSplit(data, { ...(random instanceof NumpyRandom ? { randomState: random } : { generator: random }), testSize, ...(stratify && { stratify }) });
    if (held.length < 2) fail(`${this.typeName}.fit`, `validationFraction ${testSize} of ${data.length} rows holds out ${held.length}`, 'Hold out two rows at least.');
    return [train, held];
  }
}

async function checkFinite(operation: string, { network }: Objective): Promise<void> {
  for (const parameter of network.parameters()) {
    if ((await parameter.data()).some((value) => !Number.isFinite(value))) fail(operation, 'the weights are no longer finite', 'Scale the features (StandardScaler), or lower learningRateInit.');
  }
}
