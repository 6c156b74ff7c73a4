/** Modules or parameters by position. They are the fields `0`, `1` and so on, where the registry reads them. */
import { fail } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { isParameter, type Parameter } from '../parameter.ts';
import { isModule } from '../registry.ts';

/** What a list may hold. */
export type Item = AnyModule | Parameter;
export const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && (isModule(value) || isParameter(value));

/**
 * What all lists can do. Positions may be negative: they count from the end.
 *
 * @example
 * new ModuleList([new Linear(2, 3), new Linear(3, 4)]).length; // 2
 */
export abstract class ListOf<T extends Item, In extends unknown[], Out> extends Module<In, Out> {
  [position: number]: T;

  /** What is added becomes an item here. */
  protected taken(item: T): T {
    return isItem(item) ? item : fail(this.typeName, `${String(item)} is neither a module nor a parameter`);
  }

  /** Number of items. */
  get length(): number { return this.#names().length; }

  /** Adds an item at the end. */
  append(item: T): this {
    this[this.length] = this.taken(item);
    return this;
  }
  /** Adds several at the end. */
  extend(items: Iterable<T>): this {
    for (const item of items) this.append(item);
    return this;
  }
  /** Adds an item before `position`. */
  insert(position: number, item: T): this {
    const all = [...this];
    const at = position < 0 ? position + all.length : position;
    if (!(at >= 0 && at <= all.length)) fail('insert', `position ${position} in a ${this.typeName} of ${all.length}`);
    this.#become([...all.slice(0, at), this.taken(item), ...all.slice(at)]);
    return this;
  }
  /** Takes the item at `position` out, the last one by default, and returns it. */
  pop(position = -1): T {
    const item = this.at(position);
    this.#become([...this].filter((_, i) => i !== (position < 0 ? position + this.length : position)));
    return item;
  }
  /** The item at `position`. */
  at(position: number): T {
    return [...this].at(position) ?? fail('at', `there is no ${isModule([...this][0] ?? this) ? 'module' : 'parameter'} ${position} in a ${this.typeName} of ${this.length}`);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const fields = this as unknown as Record<string, T>;
    for (const name of this.#names()) yield fields[name]!;
  }

  /** Positions first, then other names in the order in which they came. */
  #names(): string[] { return Object.entries(this).filter(([, value]) => isItem(value)).map(([name]) => name); }

  #become(items: readonly T[]): void {
    const fields = this as unknown as Record<string, T>;
    for (const name of this.#names()) {
      if (!/^\d+$/.test(name)) fail(this.typeName, `its parts have names, such as ${name}`, 'Positions cannot be shifted: make another one.');
      delete fields[name];
    }
    items.forEach((item, i) => { this[i] = item; });
  }
}

/** Modules by position that are called one by one, in a `forward` of your own. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 *
 * @example
 * class Net extends Module {
 *   layers = new ModuleList([new Linear(4, 4), new Linear(4, 4)]);
 *   forward(x: Tensor): Tensor { return [...this.layers].reduce((y, layer) => y.add(layer.forward(y)), x); }
 * }
 */
export class ModuleList<M extends AnyModule = Module> extends ListOf<M, never[], never> {
  static override readonly typeName = 'ModuleList';
  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }
  /** Those from `start` up to `end` in a list of their own; the modules are the same. */
  slice(start?: number, end?: number): ModuleList<M> { return new ModuleList<M>([...this].slice(start, end)); }
  forward(): never { return fail('ModuleList', 'it has no forward', 'Call the modules in it, or use Sequential.'); }
}
