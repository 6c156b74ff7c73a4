/** Options of the estimators, by scikit-learn's names and with its defaults. */
import type { NumpySeeding } from '@nn/data';
import { type Device, fail } from '@nn/tensor';
import type { Output } from '../progress-bar.ts';

/** What {@link MLPClassifier} and {@link MLPRegressor} take. Where a solver is named, the others pass the option over. */
export interface MLPOptions extends NumpySeeding {
  /** Units of each hidden layer; none (`[]`) makes a linear model. Default [100]. */
  readonly hiddenLayerSizes?: number | readonly number[];
  /** Of the hidden layers. Default `'relu'`. */
  readonly activation?: 'identity' | 'logistic' | 'tanh' | 'relu';
  /** `'lbfgs'` takes all rows at once, which suits small data; `'sgd'` and `'adam'` go by batches. Default `'adam'`. */
  readonly solver?: 'lbfgs' | 'sgd' | 'adam';
  /** Strength of the L2 penalty: `alpha / 2 * sum w^2 / rows` is added to the loss; biases are free. Default 0.0001. */
  readonly alpha?: number;
  /** sgd, adam: rows in a batch; `'auto'` is 200, or all where there are fewer. Default `'auto'`. */
  readonly batchSize?: number | 'auto';
  /** sgd: `'constant'`; `'invscaling'`: learningRateInit / (t + 1) ^ powerT, where t counts rows seen; `'adaptive'`: a fifth whenever training would stop, until 1e-6. Default `'constant'`. */
  readonly learningRate?: 'constant' | 'invscaling' | 'adaptive';
  /** sgd, adam: the learning rate at first. Default 0.001. */
  readonly learningRateInit?: number;
  /** sgd. Default 0.5. */
  readonly powerT?: number;
  /** Iterations of lbfgs, or passes over the rows. Default 200. */
  readonly maxIter?: number;
  /** sgd, adam: another order of the rows in each pass. Default true. */
  readonly shuffle?: boolean;
  /** sgd, adam: improvements below it do not count. lbfgs: ends where no element of the gradient is larger. Default 1e-4. */
  readonly tol?: number;
  /** Says the loss of each pass: true on the standard output. Default false. */
  readonly verbose?: boolean | Output;
  /** `fit` goes on from where it is instead of anew. Default false. */
  readonly warmStart?: boolean;
  /** sgd. Default 0.9. */
  readonly momentum?: number;
  /** sgd. Default true. */
  readonly nesterovsMomentum?: boolean;
  /** sgd, adam: holds rows out and ends where their score no longer improves; the best weights are kept. Default false. */
  readonly earlyStopping?: boolean;
  /** The share of rows held out for it. Default 0.1. */
  readonly validationFraction?: number;
  /** adam. Default 0.9. */
  readonly beta1?: number;
  /** adam. Default 0.999. */
  readonly beta2?: number;
  /** adam. Default 1e-8. */
  readonly epsilon?: number;
  /** sgd, adam: ends after more passes than this without an improvement; Infinity: never. Default 10. */
  readonly nIterNoChange?: number;
  /** lbfgs: evaluations of the loss. Default 15000. */
  readonly maxFun?: number;
  /** Where it computes, in float64 where the device has it. Default: the default device. */
  readonly device?: Device;
}

/** Options without a default, or with one that depends on others. */
export type MLPOwnOption = 'device' | 'randomState' | 'seed' | 'generator' | 'hiddenLayerSizes';

/** All options, with the defaults filled in. */
export type MLPSettings = Required<Omit<MLPOptions, MLPOwnOption>> & Pick<MLPOptions, Exclude<MLPOwnOption, 'hiddenLayerSizes'>> & { readonly hiddenLayerSizes: readonly number[] };

const DEFAULTS: Required<Omit<MLPOptions, MLPOwnOption>> = {
  activation: 'relu', solver: 'adam', alpha: 0.0001, batchSize: 'auto', learningRate: 'constant', learningRateInit: 0.001, powerT: 0.5, maxIter: 200,
  shuffle: true, tol: 1e-4, verbose: false, warmStart: false, momentum: 0.9, nesterovsMomentum: true, earlyStopping: false, validationFraction: 0.1,
  beta1: 0.9, beta2: 0.999, epsilon: 1e-8, nIterNoChange: 10, maxFun: 15000,
};
const NAMES = ['hiddenLayerSizes', ...Object.keys(DEFAULTS), 'device', 'randomState', 'seed', 'generator'];

const CHOICES = { activation: ['identity', 'logistic', 'tanh', 'relu'], solver: ['lbfgs', 'sgd', 'adam'], learningRate: ['constant', 'invscaling', 'adaptive'] } as const;

const from0 = [(x: number) => x >= 0 && x < Infinity, 'a number from 0 on'] as const;
const above0 = [(x: number) => x > 0 && x < Infinity, 'a number above 0'] as const;
const share = [(x: number) => x >= 0 && x < 1, 'a number from 0 to below 1'] as const;
const whole = [(x: number) => Number.isInteger(x) && x > 0, 'a whole number above 0'] as const;
const RANGES = {
  alpha: from0, learningRateInit: above0, powerT: from0, maxIter: whole, tol: from0, momentum: [(x: number) => x >= 0 && x <= 1, 'a number from 0 to 1'], validationFraction: share,
  beta1: share, beta2: share, epsilon: above0, maxFun: whole, nIterNoChange: [(x: number) => x === Infinity || whole[0](x), 'a whole number above 0, or Infinity'],
} as const;

/**
 * The options with their defaults.
 *
 * @throws where one is unknown or out of its range
 */
export function settingsOf(operation: string, options: MLPOptions): MLPSettings {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) fail(operation, `there is no option ${unknown}`, `There are ${NAMES.join(', ')}.`);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as MLPOptions;
  const { hiddenLayerSizes = [100] } = given;
  const settings = { ...DEFAULTS, ...given, hiddenLayerSizes: typeof hiddenLayerSizes === 'number' ? [hiddenLayerSizes] : Array.from(hiddenLayerSizes) };
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = settings[name as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(value)) fail(operation, `${name} is ${value}`, `Use ${choices.join(', ')}.`);
  }
  for (const [name, [fits, what]] of Object.entries(RANGES)) {
    const value = settings[name as keyof typeof RANGES];
    if (!fits(value)) fail(operation, `${name} is ${String(value)}`, `Give ${what}.`);
  }
  const { batchSize } = settings;
  if (batchSize !== 'auto' && !whole[0](batchSize)) fail(operation, `batchSize is ${String(batchSize)}`, "Give a whole number above 0, or 'auto'.");
  const wrong = settings.hiddenLayerSizes.find((size) => !whole[0](size));
  if (wrong !== undefined) fail(operation, `hiddenLayerSizes has ${String(wrong)}`, 'Each layer needs a whole number of units above 0.');
  return settings;
}
