import { noGrad } from '@nn/autograd';
import { fail, scope, Tensor, tensor } from '@nn/tensor';
import { gradientOf } from './gradient.ts';
import { type Closure, Optimizer, recorded, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';
import { type OptimizerStateDict, valuesNow } from './state.ts';
import { type Point, strongWolfe } from './strong-wolfe.ts';

/** What {@link LBFGS} takes. */
export interface LBFGSOptions {
  /** The first step that is tried. Default 1. */
  readonly lr?: number;
  /** Iterations in one `step()`. Default 20. */
  readonly maxIter?: number;
  /** Evaluations of the closure in one `step()`. Default 1.25 maxIter. */
  readonly maxEval?: number;
  /** Ends where no element of the gradient is larger. Default 1e-7. */
  readonly toleranceGrad?: number;
  /** Ends where value and parameters change by less. Default 1e-9. */
  readonly toleranceChange?: number;
  /** How many steps are remembered. Default 100. */
  readonly historySize?: number;
  /** `'strong_wolfe'` searches along each direction; null takes steps of `lr`. Default null. */
  readonly lineSearchFn?: 'strong_wolfe' | null;
}

interface LBFGSState {
  funcEvals: number;
  nIter: number;
  d?: Float64Array;
  t: number;
  /** Changes of the gradient, the steps that made them, and 1 / their product. */
  oldDirs: Float64Array[];
  oldStps: Float64Array[];
  ro: number[];
  hDiag: number;
  prevFlatGrad?: Float64Array;
  prevLoss: number;
}

const fresh = (): LBFGSState => ({ funcEvals: 0, nIter: 0, t: 0, oldDirs: [], oldStps: [], ro: [], hDiag: 1, prevLoss: 0 });
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const largest = (a: Float64Array): number => a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const addTo = (a: Float64Array, b: Float64Array, by: number): void => { for (let i = 0; i < a.length; i++) a[i]! += b[i]! * by; };

/**
 * A quasi-Newton method for full batches: estimates curvature from the last steps. Every choice depends on values, so its vectors are in main memory, in
 * float64; parameters and gradients are on their device.
 *
 * Source: Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5; https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 *
 * @throws where there are groups of parameters, and at `step()` without a closure
 * @example
 * const optimizer = new LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' });
 * await optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = criterion.forward(model.forward(inputs), targets);
 *   loss.backward();
 *   return loss;
 * });
 */
export class LBFGS extends Optimizer<Omit<LBFGSOptions, 'lineSearchFn'> & { lineSearchFn?: string | null }> {
  #state: LBFGSState = fresh();

  constructor(params: Iterable<Tensor>, options: LBFGSOptions = {}) {
    const maxIter = options.maxIter ?? 20;
    super(params, { lr: 1, maxIter, maxEval: Math.floor(maxIter * 5 / 4), toleranceGrad: 1e-7, toleranceChange: 1e-9, historySize: 100, lineSearchFn: null }, options);
    if (this.paramGroups.length !== 1) fail('LBFGS', `there are ${this.paramGroups.length} groups`, 'It works on all parameters as one vector: pass them without groups.');
  }

  protected override check({ lr, lineSearchFn }: Settings<LBFGSOptions>): void {
    inRange('LBFGS', { lr }, 0);
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe') fail('LBFGS', `lineSearchFn is ${String(lineSearchFn)}`, "Use 'strong_wolfe' or null.");
  }

  protected update(): void { fail('LBFGS', 'parameters do not change one by one', 'Call step(closure).'); }

  /**
   * Iterates until `maxIter`, `maxEval` or a tolerance is reached.
   *
   * @returns the loss before
   */
  override step(closure: Closure): Promise<Tensor>;
  /** @internal What the base class says: never chosen where there is a closure. */
  override step<Loss = void>(closure?: () => Loss): Loss;
  override async step(closure?: Closure): Promise<Tensor> {
    if (!closure) return fail('LBFGS.step', 'the closure is missing', 'Pass a function that calls zeroGrad() and backward(), and returns the loss.');
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = this.paramGroups[0]!;
    const state = this.#state;
    const first = await recorded(closure);
    let loss = await first.item();
    let gradient = await this.#gradient();
    let evaluations = 1;
    state.funcEvals++;
    if (largest(gradient) <= toleranceGrad) return first;

    for (let iteration = 1; iteration <= maxIter; iteration++) {
      state.nIter++;
      const direction = (state.d = this.#direction(gradient));
      [state.prevFlatGrad, state.prevLoss] = [gradient, loss];
      state.t = state.nIter === 1 ? Math.min(1, 1 / gradient.reduce((sum, x) => sum + Math.abs(x), 0)) * lr : lr;
      const slope = dot(gradient, direction);
      if (slope > -toleranceChange) break;

      const start = await this.#values();
      const evaluated = async (): Promise<[number, Float64Array]> => [await (await recorded(closure)).item(), await this.#gradient()];
      let made = 0;
      if (lineSearchFn) {
        const at = async (t: number): Promise<Point> => {
          this.#move(start, direction, t);
          const [value, now] = await evaluated();
          return { t, value, gradient: now, slope: dot(now, direction) };
        };
        const { point, evaluations: count } = await strongWolfe(at, { t: 0, value: loss, gradient, slope }, state.t, largest(direction), toleranceChange);
        [state.t, loss, gradient, made] = [point.t, point.value, point.gradient, count];
        this.#move(start, direction, state.t);
      } else {
        this.#move(start, direction, state.t);
        if (iteration < maxIter) {
          [loss, gradient] = await evaluated();
          made = 1;
        }
      }
      evaluations += made;
      state.funcEvals += made;
      const little = largest(direction) * state.t <= toleranceChange || Math.abs(loss - state.prevLoss) < toleranceChange;
      if (evaluations >= maxEval || largest(gradient) <= toleranceGrad || little) break;
    }
    return first;
  }

  /** The gradient times the estimated inverse of the Hessian, downwards. */
  #direction(gradient: Float64Array): Float64Array {
    const { oldDirs, oldStps, ro, d, prevFlatGrad, t } = this.#state;
    const direction = gradient.map((x) => -x);
    if (!d || !prevFlatGrad) return direction;
    const [change, step] = [gradient.map((x, i) => x - prevFlatGrad[i]!), d.map((x) => x * t)];
    const product = dot(change, step);
    if (product > 1e-10) {
      if (oldDirs.length === this.paramGroups[0]!.historySize) for (const list of [oldDirs, oldStps, ro]) list.shift();
      oldDirs.push(change);
      oldStps.push(step);
      ro.push(1 / product);
      this.#state.hDiag = product / dot(change, change);
    }
    const shares = new Float64Array(ro.length);
    for (let i = ro.length - 1; i >= 0; i--) {
      shares[i] = dot(oldStps[i]!, direction) * ro[i]!;
      addTo(direction, oldDirs[i]!, -shares[i]!);
    }
    direction.forEach((x, i) => { direction[i] = x * this.#state.hDiag; });
    for (let i = 0; i < ro.length; i++) addTo(direction, oldStps[i]!, shares[i]! - dot(oldDirs[i]!, direction) * ro[i]!);
    return direction;
  }

  #gradient(): Promise<Float64Array> { return this.#vector(gradientOf); }
  #values(): Promise<Float64Array> { return this.#vector((parameter) => parameter); }

  /** One vector of all parameters; zeros where there is nothing. */
  async #vector(of: (parameter: Tensor) => Tensor | null): Promise<Float64Array> {
    const parts = await Promise.all(this.paramGroups[0]!.params.map(async (parameter) => (await of(parameter)?.data()) ?? new Float64Array(parameter.numel)));
    return Float64Array.from(parts.flatMap((part) => [...part]));
  }

  #move(start: Float64Array, direction: Float64Array, t: number): void {
    const to = start.map((x, i) => x + t * direction[i]!);
    let offset = 0;
    noGrad(() => {
      scope(() => {
        for (const parameter of this.paramGroups[0]!.params) {
          const { dtype, shape, device, numel: size } = parameter;
          parameter.assign(tensor(to.subarray(offset, offset + size), { dtype, shape, device }));
          offset += size;
        }
      }, 'LBFGS.step');
    });
  }

  /** What it remembers: of the first parameter, as in PyTorch. Vectors are lists of numbers. */
  override stateDict(): OptimizerStateDict {
    const { funcEvals, nIter, d, t, oldDirs, oldStps, ro, hDiag, prevFlatGrad, prevLoss } = this.#state;
    const list = (vector: Float64Array) => [...vector];
    const all = d && prevFlatGrad && {
      d: list(d), t, old_dirs: oldDirs.map(list), old_stps: oldStps.map(list), ro: [...ro], H_diag: hDiag, prev_flat_grad: list(prevFlatGrad), prev_loss: prevLoss,
    };
    return { ...super.stateDict(), state: funcEvals === 0 ? {} : { 0: { func_evals: funcEvals, n_iter: nIter, ...all } } };
  }

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict({ ...dict, state: {} });
    const state = dict.state[dict.param_groups[0]!.params[0]!];
    this.#state = fresh();
    if (!state) return;
    // PyTorch keeps tensors, of one element too.
    const vector = (value: unknown) => Float64Array.from(value instanceof Tensor ? valuesNow('loadStateDict', 'a vector of LBFGS', value) : value as number[]);
    const vectors = (value: unknown) => (value as unknown[]).map(vector);
    const one = (value: unknown) => (value instanceof Tensor ? vector(value)[0]! : value as number);
    Object.assign(this.#state, { funcEvals: state['func_evals'], nIter: state['n_iter'] });
    if (!state['d']) return;
    Object.assign(this.#state, {
      d: vector(state['d']), t: one(state['t']), oldDirs: vectors(state['old_dirs']), oldStps: vectors(state['old_stps']), ro: (state['ro'] as unknown[]).map(one),
      hDiag: one(state['H_diag']), prevFlatGrad: vector(state['prev_flat_grad']), prevLoss: one(state['prev_loss']),
    });
  }
}
