import type { Tensor } from '@nn/tensor';
import type { Module } from '../module.ts';
import { isModule } from '../registry.ts';
import { name } from './dict.ts';
import { ListOf } from './list.ts';

/**
 * Modules one after another: each takes what the one before it gives. Its parameters are called `0.weight`, `2.bias` and so on,
 * or by the names of an object: `new Sequential({ hidden: new Linear(784, 128), ... })`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.forward(zeros([32, 784])).shape; // [32, 10]
 * model[0]; // the first layer
 * model.slice(0, 2); // all but the head, in a Sequential of its own
 */
export class Sequential extends ListOf<Module, [x: Tensor], Tensor> {
  static override readonly typeName = 'Sequential';

  constructor(...modules: Module[] | [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules;
    if (first && !isModule(first)) for (const [key, module] of Object.entries(first)) name(this, key, this.taken(module));
    else this.extend(modules as Module[]);
  }

  /** Those from `start` up to `end` in a Sequential of its own; the modules are the same. */
  slice(start?: number, end?: number): Sequential { return new Sequential(...[...this].slice(start, end)); }

  /** `x` through all modules; `x` itself where there are none. */
  forward(x: Tensor): Tensor {
    let y = x;
    for (const module of this) y = module.forward(y);
    return y;
  }
}
