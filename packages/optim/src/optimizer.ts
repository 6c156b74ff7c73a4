import { noGrad } from '@nn/autograd';
import { fail, keep, scope, Tensor } from '@nn/tensor';
import { together, watching } from '@nn/tensor/trace';
import { gradientOf } from './gradient.ts';
import { loadState, type OptimizerStateDict, stateOf } from './state.ts';

/** Hyperparameters as a group holds them: all present, and changeable: `optimizer.paramGroups[0]!.lr = 0.01`. */
export type Settings<Options> = { -readonly [K in keyof Options]-?: Options[K] };
/** Parameters with the hyperparameters that they are updated by. */
export type ParamGroup<Options> = Settings<Options> & { readonly params: Tensor[] };
/** What an optimizer is made with: tensors, e.g. `model.parameters()`, or groups of them with options of their own. */
export type Params<Options> = Iterable<Tensor> | Iterable<NewGroup<Options>>;
/** A group as it is given: what it does not say is as for the others. */
export type NewGroup<Options> = Partial<Options> & { readonly params: Iterable<Tensor> };
/** What an optimizer remembers of a parameter. */
export type ParameterState = Record<string, Tensor | number>;

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
  readonly #defaults: Settings<Options>;
  readonly #state = new Map<Tensor, Partial<State>>();

  /**
   * @param params tensors, or groups of them
   * @param defaults hyperparameters of groups that do not say otherwise
   * @throws where there are no parameters, one appears twice, or one takes no gradient and was computed
   */
  constructor(params: Params<Options>, defaults: Settings<Options>) {
    this.#defaults = defaults;
    const list: (Tensor | NewGroup<Options>)[] = [...params];
    if (list.length === 0) fail(this.constructor.name, 'there are no parameters', 'Pass model.parameters().');
    const groups = list.some((item) => item instanceof Tensor) ? [{ params: list }] : list;
    for (const group of groups as NewGroup<Options>[]) this.addParamGroup(group);
  }

  /** Changes one parameter by its gradient, e.g. with `fuse(...).into([parameter], ...)`. Nothing in it is recorded; what it makes and does not put into `state` is freed. */
  protected abstract update(parameter: Tensor, gradient: Tensor, settings: Settings<Options>, state: Partial<State>): void;

  /** Throws where hyperparameters make no sense. Called for each new group. */
  protected check(_settings: Settings<Options>): void { /* a subclass may know better */ }

  /** Updates every parameter that has a gradient: all in one kernel, where the device can. */
  step(): void {
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

  /** Forgets all gradients: otherwise `backward()` adds to them. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const parameter of params) parameter.grad = null;
  }

  /** Adds parameters with hyperparameters of their own, e.g. of layers that are unfrozen later. */
  addParamGroup(group: NewGroup<Options>): void {
    const params = [...group.params];
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const parameter of params) {
      if (!(parameter instanceof Tensor)) fail(this.constructor.name, `a parameter is a ${typeof parameter}`, 'Pass tensors: model.parameters().');
      if (!parameter.isLeaf) fail(this.constructor.name, 'a parameter was computed from others', 'Only leaves can be optimized: pass the tensors that it came from.');
      if (known.has(parameter)) fail(this.constructor.name, 'a parameter appears twice', 'Name each one in one group.');
      known.add(parameter);
    }
    const settings = { ...this.#defaults, ...group, params };
    this.check(settings);
    this.paramGroups.push(settings);
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
