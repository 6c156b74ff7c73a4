import { type Device, fail, scope, type Tensor } from '@nn/tensor';
import { type BackwardHook, BackwardHooks, type BackwardPreHook } from './backward-hooks.ts';
import { keepAll, keepFields, located, watched } from './call.ts';
import { type Buffer, isBuffer, isParameter, type Parameter } from './parameter.ts';
import { isMetric, isModule, members, type MetricLike, moduleBrand, owned, walk } from './registry.ts';
import { type LoadOptions, type LoadReport, loadState, type StateDict, stateOf } from './state.ts';

/** A module whatever it takes and gives. */
export type AnyModule = Module<unknown[], unknown>;

/** Sees a module's inputs before `forward`, and may return others. */
export type ForwardPreHook<In extends unknown[]> = (module: AnyModule, inputs: In) => In | undefined | void;
/** Sees what `forward` took and gave, and may return something else in its place. */
export type ForwardHook<In extends unknown[], Out> = (module: AnyModule, inputs: In, output: Out) => Out | undefined | void;
/** A function whose types are the class's own; fields that mentioned them would keep a `Linear` from being an `AnyModule`. */
type Erased = (...values: never[]) => unknown;

/**
 * The base of everything that is made of parameters and other modules. A module's public fields are its registry: parameters, buffers, modules and metrics,
 * also in arrays and maps, are found when they are asked for.
 *
 * Each call of `forward` is a scope: what it makes and does not return is freed at its end (or at `backward()`, where a gradient needs it),
 * except what it assigns to the module's own public fields. `keep(x)` saves anything else.
 *
 * @typeParam In - what `forward` takes; one tensor unless said otherwise
 * @typeParam Out - what it gives
 * @example
 * class Net extends Module {
 *   fc1 = new Linear(784, 512);
 *   fc2 = new Linear(512, 10);
 *   forward(x: Tensor): Tensor { return this.fc2.forward(relu(this.fc1.forward(x))); }
 * }
 * new Net().forward(zeros([32, 784])).shape; // [32, 10]
 */
export abstract class Module<In extends unknown[] = [Tensor], Out = Tensor> {
  /** The name that summaries and messages show; minifiers rename classes. The class's own name where it is not set. */
  static readonly typeName?: string;

  /** Whether layers such as Dropout behave as in training. Set it with `train()` and `eval()`. */
  training = true;
  readonly #before = new Set<Erased>();
  readonly #after = new Set<Erased>();
  readonly #backward = new BackwardHooks();
  readonly #wrapped: Erased;
  /** A `forward` written as a field instead of a method. */
  #field: Erased | undefined;

  constructor() {
    this.#wrapped = (...inputs: In) => this.#call(inputs);
    this.#wrap();
  }

  /** What the module computes. Call it directly: `model.forward(x)`. */
  abstract forward(...inputs: In): Out;

  /** @internal */
  get [moduleBrand](): true { return true; }
  /** The name that summaries and messages show. */
  get typeName(): string {
    const { constructor } = this as { constructor: { readonly typeName?: string; readonly name: string } };
    return (Object.hasOwn(constructor, 'typeName') ? constructor.typeName : undefined) ?? constructor.name;
  }

  // What it is made of.

  /** All parameters, those of its children included, each once. */
  parameters(): Parameter[] { return this.namedParameters().map(([, parameter]) => parameter); }
  /** The same with their paths: `fc1.weight`. */
  namedParameters(): [path: string, parameter: Parameter][] { return this.#owned(isParameter); }
  buffers(): Buffer[] { return this.namedBuffers().map(([, buffer]) => buffer); }
  namedBuffers(): [path: string, buffer: Buffer][] { return this.#owned(isBuffer); }
  /** The metrics in its fields and in those of its children. */
  namedMetrics(): [path: string, metric: MetricLike][] { return this.#owned(isMetric); }
  /** Itself and all modules in it, parents first, each once. */
  modules(): AnyModule[] { return this.namedModules().map(([, module]) => module); }
  /** The same with their paths; its own is ''. */
  namedModules(): [path: string, module: AnyModule][] {
    const all = [...walk(this)];
    for (const [, module] of all) if (#wrapped in module) module.#wrap();
    return all;
  }
  /** The modules in its own fields, each once. */
  children(): AnyModule[] { return [...new Set(this.namedChildren().map(([, child]) => child))]; }
  namedChildren(): [path: string, child: AnyModule][] {
    return members(this).filter((entry): entry is [string, AnyModule] => isModule(entry[1]));
  }

  /**
   * The module at a path of {@link namedModules}: `encoder.0`; itself for ''.
   * @throws where there is none
   */
  getSubmodule(path: string): AnyModule { return this.#at('getSubmodule', 'module', this.namedModules(), path); }
  /** The parameter at a path of {@link namedParameters}. @throws where there is none */
  getParameter(path: string): Parameter { return this.#at('getParameter', 'parameter', this.namedParameters(), path); }
  /** The buffer at a path of {@link namedBuffers}. @throws where there is none */
  getBuffer(path: string): Buffer { return this.#at('getBuffer', 'buffer', this.namedBuffers(), path); }

  #at<T>(operation: string, what: string, named: readonly [string, T][], path: string): T {
    return named.find(([own]) => own === path)?.[1] ?? fail(operation, `${this.typeName} has no ${what} '${path}'`, `It has ${named.map(([own]) => `'${own}'`).join(', ') || 'none'}.`);
  }

  // What can be done to all of it.

  /** Makes every module in it behave as in training. */
  train(training = true): this {
    for (const module of this.modules()) module.training = training;
    return this;
  }
  /** Makes every module in it behave as after training: Dropout passes everything on. */
  eval(): this { return this.train(false); }
  /** Its parameters take no more gradients, and optimizers leave them as they are. */
  freeze(): this { return this.#learn(false); }
  /** Its parameters take gradients again. */
  unfreeze(): this { return this.#learn(true); }
  /** Forgets the gradients of all parameters. */
  zeroGrad(): void { for (const parameter of this.parameters()) if (parameter.requiresGrad) parameter.grad = null; }
  /** Calls `visit` with each module, children before parents, e.g. to initialise them. */
  apply(visit: (module: AnyModule) => void): this {
    for (const module of this.modules().reverse()) visit(module);
    return this;
  }
  /** Moves parameters, buffers and metrics to a device. The tensors stay the same objects. Move first, then make the optimizer. */
  async to(device: Device): Promise<this> {
    for (const tensor of [...this.parameters(), ...this.buffers()]) await tensor.moveTo(device);
    for (const [, metric] of this.namedMetrics()) await metric.to?.(device);
    return this;
  }

  // Saving and loading.

  /** Parameters and buffers by PyTorch's keys (`bn1.running_mean`), as detached views: clone what should not change with the module. */
  stateDict(): StateDict { return stateOf(this); }
  /**
   * Copies values into parameters and buffers. Keys may be spelled `running_mean` or `runningMean`.
   *
   * @param options `strict: false` lets keys be missing or left over, `ignoreMismatched: true` passes over tensors of another shape
   * @returns which ones; `String(report)` says it in lines
   * @throws naming every missing, unexpected and mismatched key; nothing is changed then
   */
  loadStateDict(state: StateDict, options?: LoadOptions): LoadReport { return loadState(this, state, options); }

  // Hooks.

  /** Calls `hook` before each `forward`. Returns the remover. */
  registerForwardPreHook(hook: ForwardPreHook<In>): () => void {
    this.#before.add(hook);
    return () => { this.#before.delete(hook); };
  }
  /** Calls `hook` after each `forward`. Returns the remover. */
  registerForwardHook(hook: ForwardHook<In, Out>): () => void {
    this.#after.add(hook);
    return () => { this.#after.delete(hook); };
  }

  /**
   * Calls `hook` in `backward()` with the gradients of what this module took and gave; what it returns takes the place of the former. Returns the remover.
   * Tensors among the arguments of `forward`, and an output or an array of outputs, are seen. The gradients may be kept.
   *
   * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook
   * @example
   * const layer = new Linear(2, 3);
   * layer.registerFullBackwardHook((module, gradInputs, gradOutputs) => { console.log(module.typeName, gradOutputs[0]?.shape); }); // Linear [ 5, 3 ]
   * layer.forward(ones([5, 2])).sum().backward();
   */
  registerFullBackwardHook(hook: BackwardHook): () => void {
    this.#backward.after.add(hook);
    return () => { this.#backward.after.delete(hook); };
  }
  /** Calls `hook` in `backward()` with the gradients of what this module gave, before they go on; what it returns takes their place. Returns the remover. */
  registerFullBackwardPreHook(hook: BackwardPreHook): () => void {
    this.#backward.before.add(hook);
    return () => { this.#backward.before.delete(hook); };
  }

  #owned<M extends Parameter | Buffer | MetricLike>(is: (value: object) => value is M): [string, M][] {
    this.namedModules();
    return [...owned(this, is)];
  }

  #learn(on: boolean): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = on;
    return this;
  }

  /** Puts the wrapper before `forward`: at first, and again where a field named so has taken its place. */
  #wrap(): void {
    const own = Object.getOwnPropertyDescriptor(this, 'forward')?.value as Erased | undefined;
    if (own === this.#wrapped) return;
    this.#field = own;
    Object.defineProperty(this, 'forward', { value: this.#wrapped, configurable: true, writable: true, enumerable: false });
  }

  #call(inputs: In): Out {
    const method = (this.#field ?? (Object.getPrototypeOf(this) as Partial<this>).forward ?? fail(this.typeName, 'it has no forward', 'Write a method forward(...).')) as typeof this.forward;
    try {
      return watched(this, () => scope(() => {
        const output = this.#hooked(inputs, method);
        keepFields(this);
        return output;
      }, `${this.typeName}.forward`));
    } catch (error) {
      throw located(error, this);
    }
  }

  #hooked(given: In, method: (...inputs: In) => Out): Out {
    let inputs = given;
    for (const hook of this.#before as Set<ForwardPreHook<In>>) {
      keepAll(inputs);
      inputs = hook(this, inputs) ?? inputs;
    }
    let output = this.#backward.size > 0 ? this.#backward.around(this, inputs, (...seen) => method.apply(this, seen)) : method.apply(this, inputs);
    for (const hook of this.#after as Set<ForwardHook<In, Out>>) {
      keepAll(inputs);
      keepAll(output);
      output = hook(this, inputs, output) ?? output;
    }
    return output;
  }
}
