import { enableGrad, noGrad } from '@nn/autograd';
import { fail, keep, scope, Tensor } from '@nn/tensor';
import { together, watching } from '@nn/tensor/trace';
import { type FormulaLine, filledIn } from './explain.ts';
import { gradientOf } from './gradient.ts';
import { loadState, type OptimizerStateDict, stateOf } from './state.ts';

/** Hyperparameters as a group holds them: all present, and changeable: `optimizer.paramGroups[0]!.lr = 0.01`. */
export type Settings<Options> = { -readonly [K in keyof Options]-?: Options[K] };
/** Parameters with the hyperparameters that they are updated by. */
export type ParamGroup<Options> = Settings<Options> & { readonly params: Tensor[] };
/** What an optimizer is made with: tensors, e.g. `model.parameters()`, or groups of them with options of their own. */
export type Params<Options> = Iterable<Tensor> | Iterable<NewGroup<Options>>;
/** A group as it is given: what it does not say is as for the others. */
export type NewGroup<Options> = Partial<Options> & { readonly params: Tensor | Iterable<Tensor> };
/** Computes the loss anew and its gradients: `zeroGrad()`, forward, `backward()`. */
export type Closure = () => Tensor | Promise<Tensor>;
/** What an optimizer remembers of a parameter. */
export type ParameterState = Record<string, Tensor | number>;

const isIterable = (value: unknown): value is Iterable<unknown> => typeof value === 'object' && value !== null && Symbol.iterator in value;

/** PyTorch's ways of computing the same: taken, and without effect. */
const WITHOUT_EFFECT = ['foreach', 'fused', 'capturable', 'differentiable'];
/** Without what is undefined. */
const said = (entries: [string, unknown][]): object => Object.fromEntries(entries.filter(([, value]) => value !== undefined));

/** What `closure` gives, begun with recording on: a promise too, which `enableGrad` alone refuses. */
export function recorded<T>(closure: () => T): T {
  let result!: T;
  enableGrad(() => { result = closure(); });
  return result;
}

/**
 * The base of all optimizers. A subclass says how one parameter changes, as a fused function that overwrites it:
 *
 * @typeParam Options - hyperparameters; numbers are passed to kernels at run time, so changing one compiles nothing
 * @typeParam State - what is remembered of each parameter, all missing at first. Tensors put there stay; those they replace are freed.
 * @example
 * const signStep = fuse((p: Scalar, gradient: Scalar, lr: Scalar) => [p.sub(gradient.sign().mul(lr))]);
 * class SignSGD extends Optimizer<{ lr: number }> {
 *   update(p: Tensor, gradient: Tensor, { lr }: { lr: number }): void { signStep.into([p], p, gradient, lr); }
 * }
 * const optimizer = new SignSGD(model.parameters(), { lr: 0.01 });
 */
export abstract class Optimizer<Options extends object, State extends object = ParameterState> {
  /** The groups; change their hyperparameters at any time. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** Hyperparameters of groups that do not say otherwise. */
  readonly defaults: Settings<Options>;
  readonly #state = new Map<Tensor, Partial<State>>();

  /**
   * @param params tensors, or groups of them
   * @param defaults hyperparameters of groups that do not say otherwise
   * @param options what the user says of them
   * @throws where there are no parameters, one appears twice, or one takes no gradient and was computed; and for an option that is not among the defaults
   */
  constructor(params: Params<Options>, defaults: Settings<Options>, options: Partial<Options> = {}) {
    const name = this.constructor.name;
    const unknown = Object.keys(options).find((option) => !(option in defaults) && !WITHOUT_EFFECT.includes(option));
    if (unknown !== undefined) fail(name, `there is no option ${unknown}`, `There are ${Object.keys(defaults).join(', ')}.`);
    this.defaults = { ...defaults, ...said(Object.entries(options).filter(([option]) => option in defaults)) };
    this.check(this.defaults);
    if (!isIterable(params)) fail(name, `the parameters are ${(params as unknown) instanceof Tensor ? 'one tensor' : String(params)}`, 'Pass several: model.parameters(), or [tensor].');
    const list: (Tensor | NewGroup<Options>)[] = [...params];
    if (list.length === 0) fail(name, 'there are no parameters', 'Pass model.parameters().');
    const groups = list.some((item) => item instanceof Tensor) ? [{ params: list }] : list;
    for (const group of groups as NewGroup<Options>[]) this.addParamGroup(group);
  }

  /** Changes one parameter by its gradient, e.g. with `fuse(...).into([parameter], ...)`. Nothing in it is recorded; what it makes and does not put into `state` is freed. */
  protected abstract update(parameter: Tensor, gradient: Tensor, settings: Settings<Options>, state: Partial<State>): void;

  /** Throws where hyperparameters make no sense. Called for the defaults, and for each new group with its `params`. */
  protected check(_settings: Settings<Options>): void { /* a subclass may know better */ }

  /** The update in words, for {@link explainStep}: `g` is the gradient with sign and penalty, `p` the parameter, `t` the number of the step. */
  protected formula(_settings: Settings<Options>, _state: Partial<State>): readonly FormulaLine[] { return [['p', 'update(p, g)']]; }

  /** Whether weight decay is added to the gradient, as an L2 penalty. */
  protected penalizes(settings: Settings<Options>): boolean {
    const { weightDecay = 0, decoupledWeightDecay = false } = settings as { weightDecay?: number; decoupledWeightDecay?: boolean };
    return weightDecay !== 0 && !decoupledWeightDecay;
  }

  /**
   * What the next `step()` will do with one element of a parameter: the formula, with its numbers filled in, line by line. Changes nothing.
   *
   * @param parameter one of the optimizer's, with a gradient
   * @param index which element, counted in row-major order. Default 0.
   * @throws where it is none of the optimizer's, or has no gradient
   * @example
   * loss.backward();
   * console.log(await optimizer.explainStep(model.fc1.weight));
   */
  async explainStep(parameter: Tensor, index = 0): Promise<string> {
    const name = `${this.constructor.name}.explainStep`;
    const group = this.paramGroups.find(({ params }) => params.includes(parameter)) ?? fail(name, 'the tensor is none of the parameters');
    const gradient = gradientOf(parameter) ?? fail(name, 'the parameter has no gradient', 'Call it after backward().');
    const before: Partial<State> = { ...this.#state.get(parameter) };
    const copied = (value: unknown) => (value instanceof Tensor ? value.detach().clone() : value);
    const [point, own, trial, state] = noGrad(() => scope(() => {
      const p = parameter.detach().clone();
      const after = Object.fromEntries(Object.entries(before).map(([key, value]) => [key, copied(value)])) as Partial<State>;
      this.update(p, gradient, group, after);
      return [copied(parameter), copied(gradient), p, after] as [Tensor, Tensor, Tensor, Partial<State>];
    }, name));
    const numbers = async (all: object): Promise<Record<string, number>> => Object.fromEntries((await Promise.all(Object.entries(all).map(async ([key, value]: [string, unknown]) => {
      if (value instanceof Tensor) return value.numel === parameter.numel ? [[key, (await value.data())[index]!] as const] : [];
      return typeof value === 'number' ? [[key, value] as const] : [];
    }))).flat());
    const [old, next] = [await numbers({ ...before, p: point, gradient: own }), await numbers({ ...state, p: trial })];
    for (const tensor of [point, own, trial, ...Object.values(state)]) if (tensor instanceof Tensor) tensor.release();
    const { weightDecay = 0, maximize = false, betas = [0, 0] } = group as { weightDecay?: number; maximize?: boolean; betas?: readonly [number, number] };
    const penalized = this.penalizes(group);
    const g = (maximize ? -1 : 1) * old['gradient']! + (penalized ? weightDecay * old['p']! : 0);
    const lines = this.formula(group, before);
    const symbols = Object.fromEntries(lines.map(([symbol, , key = symbol]) => [symbol, typeof key === 'number' ? key : old[key] ?? (key === 'p' ? old['p']! : 0)]));
    const values = { ...await numbers(group), beta1: betas[0], beta2: betas[1], ...symbols, p: old['p']!, g, t: next['step'] ?? 0 };
    const penalty = penalized ? ' + weightDecay * p' : '';
    return filledIn([['g', `${maximize ? '-' : ''}gradient${penalty}`], ...lines], { ...values, gradient: old['gradient']! }, { ...next, g });
  }

  /**
   * Updates every parameter that has a gradient: all in one kernel, where the device can.
   *
   * @param closure computes the loss anew and its gradients, before the update; it is run with recording on, within `noGrad` too. Where it is asynchronous, parameters change when it is done.
   * @returns what it returned
   * @example
   * const loss = optimizer.step(() => {
   *   optimizer.zeroGrad();
   *   const loss = criterion.forward(model.forward(inputs), targets);
   *   loss.backward();
   *   return loss;
   * });
   */
  step<Loss = void>(closure?: () => Loss): Loss;
  step(closure?: () => unknown): unknown {
    const loss = closure && recorded(closure);
    if (!(loss instanceof Promise)) {
      this.#update();
      return loss;
    }
    return loss.then((value: unknown) => {
      this.#update();
      return value;
    });
  }

  #update(): void {
    const name = `${this.constructor.name}.step`;
    const update = () => noGrad(() => { scope(() => { together(() => { this.#changeAll(); }); }, name); });
    if (watching.by) watching.by.within(name, 'update', update);
    else update();
  }

  #changeAll(): void {
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        const gradient = gradientOf(parameter);
        if (gradient) this.#change(parameter, gradient, group);
      }
    }
  }

  /**
   * Forgets all gradients: otherwise `backward()` adds to them.
   *
   * @param options `setToNone: false` fills them with zeros instead: then `step()` decays these parameters, and lets momentum move them on, also where the next `backward()` does not reach them
   */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) {
      if (setToNone) for (const parameter of params) parameter.grad = null;
      else noGrad(() => { scope(() => { for (const gradient of params.map(gradientOf)) gradient?.assign(gradient.newFull(gradient.shape, 0)); }, 'zeroGrad'); });
    }
  }

  /** Adds parameters with hyperparameters of their own, e.g. of layers that are unfrozen later. */
  addParamGroup(group: NewGroup<Options>): void {
    const name = this.constructor.name;
    const given: unknown = group.params;
    if (!(given instanceof Tensor) && !isIterable(given)) fail(name, 'a group has no params', 'Give { params: [...] }, or tensors without groups.');
    const params = given instanceof Tensor ? [given] : [...given as Iterable<Tensor>];
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const parameter of params) {
      if (!(parameter instanceof Tensor)) fail(name, `a parameter is a ${typeof parameter}`, 'Pass tensors: model.parameters().');
      if (!parameter.isLeaf) fail(name, 'a parameter was computed from others', 'Only leaves can be optimized: pass the tensors that it came from.');
      if (known.has(parameter)) fail(name, 'a parameter appears twice', 'Name each one in one group.');
      known.add(parameter);
    }
    const settings = { ...this.defaults, ...said(Object.entries(group)), params };
    this.check(settings);
    this.paramGroups.push(settings);
  }

  /** What it remembers of each parameter: `optimizer.state.get(model.fc1.weight)?.expAvg`. */
  get state(): ReadonlyMap<Tensor, Readonly<Partial<State>>> { return this.#state; }

  /** Its groups with their hyperparameters, in lines. */
  toString(): string {
    const lines = this.paramGroups.flatMap((group, i) => {
      const settings = Object.entries(group).filter(([name]) => name !== 'params').sort(([a], [b]) => (a < b ? -1 : 1));
      return [`Parameter Group ${i}`, ...settings.map(([name, value]) => `    ${name}: ${String(value)}`)];
    });
    return `${this.constructor.name} (\n${lines.join('\n')}\n)`;
  }

  /** What it remembers, in PyTorch's layout and spelling; parameters are numbered in the order of the groups. Tensors are views: clone what should not change. */
  stateDict(): OptimizerStateDict { return stateOf(this.paramGroups, this.#state); }

  /**
   * Takes up a state that {@link stateDict} gave. Names may be spelled `square_avg` or `squareAvg`.
   *
   * @throws where groups differ in number or size, or tensors are on another device; nothing is changed then
   */
  loadStateDict(dict: OptimizerStateDict): void { loadState(this.paramGroups, this.#state, dict); }

  #change(parameter: Tensor, gradient: Tensor, settings: Settings<Options>): void {
    let state = this.#state.get(parameter);
    if (!state) this.#state.set(parameter, (state = {}));
    const before: Partial<State> = { ...state };
    this.update(parameter, gradient, settings, state);
    for (const key in state) {
      const value: unknown = state[key];
      if (value === before[key]) continue;
      // The gradient itself is not the optimizer's to keep.
      if (value === gradient) (state as Record<string, unknown>)[key] = keep(gradient.clone());
      else if (value instanceof Tensor) keep(value);
      const old: unknown = before[key];
      if (old instanceof Tensor) old.release();
    }
  }
}
