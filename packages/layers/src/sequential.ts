import { fail, type Tensor } from '@nn/tensor';
import { Module } from './module.ts';

/**
 * Modules one after another: each takes what the one before it gives. Its parameters are called `0.weight`, `2.bias` and so on.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.forward(zeros([32, 784])).shape; // [32, 10]
 * model[0]; // the first layer
 */
export class Sequential extends Module {
  static override readonly typeName = 'Sequential';
  /** The modules by position. They are the fields that the registry reads. */
  [position: number]: Module;

  constructor(...modules: Module[]) {
    super();
    modules.forEach((module, i) => { this[i] = module; });
  }

  /** Number of modules. */
  get length(): number { return [...this].length; }

  /** Adds a module at the end. */
  append(module: Module): this {
    this[this.length] = module;
    return this;
  }

  /** The module at `position`; negative ones count from the end. */
  at(position: number): Module {
    return [...this].at(position) ?? fail('at', `there is no module ${position} in a Sequential of ${this.length}`);
  }

  *[Symbol.iterator](): IterableIterator<Module> {
    for (let i = 0, module = this[0]; module; module = this[++i]) yield module;
  }

  /** `x` through all modules; `x` itself where there are none. */
  forward(x: Tensor): Tensor {
    let y = x;
    for (const module of this) y = module.forward(y);
    return y;
  }
}
