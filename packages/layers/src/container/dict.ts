/** Modules or parameters by name. They are fields of that name, where the registry reads them, so a name must not be that of a method. */
import { fail } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { isItem, type Item } from './list.ts';

/** A field for each name. @throws for names that something else has, and for those with a dot, which parts paths */
export function name(owner: AnyModule, key: string, item: Item): void {
  const fields = owner as unknown as Record<string, unknown>;
  if (key === '' || key.includes('.')) fail(owner.typeName, `'${key}' is no name`, 'Use one that is not empty and has no dot.');
  if (key in fields && !isItem(fields[key])) fail(owner.typeName, `'${key}' is the name of something that it has`, 'Use another one.');
  fields[key] = item;
}

/**
 * What all dictionaries can do. `Given`: what is taken as an item.
 *
 * @example
 * new ModuleDict({ head: new Linear(2, 3) }).keys(); // ['head']
 */
export abstract class DictOf<T extends Item, Given = T> extends Module<never[], never> {
  protected abstract taken(item: Given): T;

  /** The item of this name. */
  get(key: string): T {
    return this.#all()[key] ?? fail('get', `there is no '${key}' in the ${this.typeName}`, `It has ${this.keys().join(', ') || 'nothing'}.`);
  }
  /** Sets or replaces an item. */
  set(key: string, item: Given): this {
    name(this, key, this.taken(item));
    return this;
  }
  has(key: string): boolean { return key in this.#all(); }
  /** Takes the item out and returns it. */
  pop(key: string): T {
    const item = this.get(key);
    delete (this as unknown as Record<string, T>)[key];
    return item;
  }
  clear(): void { for (const key of this.keys()) this.pop(key); }
  /** Sets several. */
  update(items: Readonly<Record<string, Given>>): this {
    for (const [key, item] of Object.entries(items)) this.set(key, item);
    return this;
  }
  keys(): string[] { return Object.keys(this.#all()); }
  values(): T[] { return Object.values(this.#all()); }
  entries(): [key: string, item: T][] { return Object.entries(this.#all()); }
  /** Number of items. */
  get length(): number { return this.keys().length; }

  #all(): Record<string, T> { return Object.fromEntries(Object.entries(this).filter((entry): entry is [string, T] => isItem(entry[1]))); }
}

/**
 * Modules by name, to be called one by one in a `forward` of your own. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 *
 * @example
 * const heads = new ModuleDict({ digits: new Linear(64, 10), letters: new Linear(64, 26) });
 * heads.get('letters').forward(zeros([5, 64])).shape; // [5, 26]
 */
export class ModuleDict<M extends AnyModule = Module> extends DictOf<M> {
  static override readonly typeName = 'ModuleDict';
  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    this.update(modules);
  }
  protected taken(item: M): M { return isItem(item) ? item : fail('ModuleDict', `${String(item)} is no module`); }
  forward(): never { return fail('ModuleDict', 'it has no forward', 'Call the modules in it.'); }
}
