/** Averages of whole models, PyTorch's `torch.optim.swa_utils`. */
import { noGrad } from '@nn/autograd';
import { type Tensor, tensor } from '@nn/tensor';
import { AveragedWeights, type AveragedWeightsOptions } from './averaged.ts';
import { valuesNow } from './state.ts';

/** A model as far as averages need one: any `Module` of `@nn/layers`. */
export interface Averageable<In extends unknown[] = [Tensor], Out = Tensor> {
  training: boolean;
  parameters(): Tensor[];
  buffers(): Tensor[];
  modules(): { training: boolean }[];
  forward(...inputs: In): Out;
  stateDict(): Readonly<Record<string, Tensor>>;
  loadStateDict(state: Readonly<Record<string, Tensor>>): unknown;
}

/** What {@link AveragedModel} takes. */
export interface AveragedModelOptions extends AveragedWeightsOptions {
  /** Averages buffers too, such as the running statistics of batch norms; else they are the model's at the last update. Default false. */
  readonly useBuffers?: boolean;
}

/**
 * A model with averaged parameters: stochastic weight averaging, or with `decay` an exponential moving average. It is the same model, which has the averages while this one
 * computes, and its own parameters otherwise: no second one has to be made.
 *
 *     first update:  a = p;    then  a = a + (p - a) / (n + 1),   with decay  a = decay a + (1 - decay) p,   with avgFn  a = avgFn(a, p, n)
 *
 * Source: Izmailov et al. 2018; https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html (of PyTorch 2: 1.13 leaves buffers as they were at the start)
 *
 * @throws where decay is not in [0, 1), is given beside avgFn, or the model has no parameters
 * @example
 * const averaged = new AveragedModel(model);
 * const schedule = new SWALR(optimizer, 0.05);
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   await trainEpoch(model, optimizer); // your loop
 *   averaged.updateParameters();
 *   schedule.step();
 * }
 * await updateBn(loader, averaged);
 * const outputs = averaged.eval().forward(inputs);
 */
export class AveragedModel<In extends unknown[] = [Tensor], Out = Tensor> {
  /** The model; with its own parameters, but for the time of `forward` here, or after an odd number of swaps. */
  readonly module: Averageable<In, Out>;
  /** Whether it computes as in training; the model's own mode is another. */
  training: boolean;
  readonly #weights: AveragedWeights;
  readonly #copies: AveragedWeights | undefined;

  constructor(model: Averageable<In, Out>, { useBuffers = false, ...options }: AveragedModelOptions = {}) {
    const [parameters, buffers] = [model.parameters(), model.buffers()];
    this.module = model;
    this.training = model.training;
    this.#weights = new AveragedWeights(useBuffers ? [...parameters, ...buffers] : parameters, options);
    // What is not averaged follows at once.
    this.#copies = useBuffers || buffers.length === 0 ? undefined : new AveragedWeights(buffers, { avgFn: (_, buffer) => buffer });
  }

  /** How many updates there were. */
  get nAveraged(): number { return this.#weights.nAveraged; }
  /** The averages: of the parameters in their order, with `useBuffers` then of the buffers. */
  get averages(): readonly Tensor[] { return this.#weights.averages; }

  /**
   * Takes a model's parameters as they are into the average.
   *
   * @param model another of the same structure. Default: the one that it was made with.
   */
  updateParameters(model: Averageable<In, Out> = this.module): void {
    const [parameters, buffers] = [model.parameters(), model.buffers()];
    this.#weights.update(this.#copies || buffers.length === 0 ? parameters : [...parameters, ...buffers]);
    this.#copies?.update(buffers);
  }

  /** Exchanges the model's parameters and buffers with those here, until it is called again: to train on with them, or to look at them in the model. */
  swap(): void {
    this.#weights.swap();
    this.#copies?.swap();
  }

  /** What the model computes with the averages. Nothing is recorded. */
  forward(...inputs: In): Out {
    const modes = this.module.modules().map((module) => [module, module.training] as const);
    this.swap();
    for (const [module] of modes) module.training = this.training;
    try {
      return noGrad(() => this.module.forward(...inputs));
    } finally {
      for (const [module, training] of modes) module.training = training;
      this.swap();
    }
  }

  /** Computes as in training. */
  train(training = true): this {
    this.training = training;
    return this;
  }
  /** Computes as after training. */
  eval(): this { return this.train(false); }

  /** Copies of the averages by PyTorch's keys, `module.fc1.weight`, and `n_averaged`. */
  stateDict(): Record<string, Tensor> {
    this.swap();
    try {
      const own = Object.entries(this.module.stateDict()).map(([key, value]) => [`module.${key}`, value.clone()] as const);
      return { n_averaged: tensor(this.nAveraged, { dtype: 'int32' }), ...Object.fromEntries(own) };
    } finally {
      this.swap();
    }
  }

  /**
   * Takes up a state that {@link stateDict} gave.
   *
   * @throws what the model's own `loadStateDict` throws
   */
  loadStateDict({ n_averaged: count, ...state }: Readonly<Record<string, Tensor>>): void {
    const own = Object.fromEntries(Object.entries(state).map(([key, value]) => [key.replace(/^module\./, ''), value]));
    this.swap();
    try {
      this.module.loadStateDict(own);
    } finally {
      this.swap();
    }
    if (count) this.#weights.nAveraged = valuesNow('AveragedModel.loadStateDict', 'n_averaged', count)[0]!;
    if (this.#copies) this.#copies.nAveraged = this.#weights.nAveraged;
  }
}
