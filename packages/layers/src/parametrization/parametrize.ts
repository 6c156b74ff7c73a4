/**
 * Parameters that are computed from others whenever they are read: `layer.weight` becomes a function of what an optimizer changes.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.register_parametrization.html
 */
import { fail, quietly, scope, show, type Tensor } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { isParameter, Parameter } from '../parameter.ts';

/** What computes a parameter: `forward` from one original or several; `rightInverse`, where there is one, finds them for a value. */
export interface Parametrization extends AnyModule {
  forward(...originals: Tensor[]): Tensor;
  rightInverse?(value: Tensor): Tensor | Tensor[];
}

/** What a parameter is computed from, `original` or `original0` and so on, and by what: modules `0`, `1` and so on. */
class Parametrized extends Module<[]> {
  static override readonly typeName = 'ParametrizationList';
  [position: number]: Parametrization;

  constructor(value: Tensor, parametrization: Parametrization, requiresGrad: boolean) {
    super();
    const found = quietly(() => parametrization.rightInverse?.(value) ?? value);
    const fields = this as unknown as Record<string, Parameter>;
    if (Array.isArray(found)) for (const [i, original] of found.entries()) fields[`original${i}`] = new Parameter(original.clone(), { requiresGrad });
    else fields.original = new Parameter(found.clone(), { requiresGrad });
    this[0] = parametrization;
  }

  /** Those that are learned. */
  get originals(): Parameter[] { return Object.values(this).filter((value): value is Parameter => typeof value === 'object' && value !== null && isParameter(value as object)); }

  forward(): Tensor {
    let y = this[0]!.forward(...this.originals);
    for (let i = 1; this[i]; i++) y = this[i]!.forward(y);
    return y;
  }
}

type Fields = Record<string, unknown> & { parametrizations?: Record<string, Parametrized> & Module };

/** Holds what a module's parameters are computed from, by their names. */
class Parametrizations extends Module<never[], never> {
  static override readonly typeName = 'ModuleDict';
  forward(): never { return fail('parametrizations', 'they have no forward'); }
}

const heldBy = (module: AnyModule, name: string): Parametrized | undefined => {
  const own = (module as unknown as Fields).parametrizations;
  return own && Object.hasOwn(own, name) ? own[name] : undefined;
};

/**
 * Whether `name` (or anything) of the module is computed.
 *
 * @example
 * isParametrized(weightNorm(new Linear(2, 3)), 'weight'); // true
 */
export const isParametrized = (module: AnyModule, name?: string): boolean =>
  name === undefined ? (module as unknown as Fields).parametrizations !== undefined : heldBy(module, name) !== undefined;

/**
 * Makes the parameter `name` of a module a function of others. State dicts then have `parametrizations.NAME.original`. A second one is applied to what the first gives.
 * Make optimizers afterwards.
 *
 * @param module the one whose field it is
 * @param parametrization from the original to the parameter, of the same shape
 * @returns the module
 * @throws where there is no such parameter, or its shape would change
 * @example
 * class Symmetric extends Module {
 *   forward(x: Tensor): Tensor { return x.triu().add(x.triu(1).transpose(-1, -2)); }
 * }
 * const layer = registerParametrization(new Linear(3, 3), 'weight', new Symmetric());
 */
export function registerParametrization<M extends AnyModule>(module: M, name: string, parametrization: Parametrization): M {
  const fields = module as unknown as Fields;
  const before = fields[name] as Tensor | undefined;
  const shape = (before ?? fail('registerParametrization', `${module.typeName} has no ${name}`)).shape;
  const more = heldBy(module, name);
  if (!more && !isParameter(before!)) fail('registerParametrization', `${name} of ${module.typeName} is no parameter`);
  const list = more ?? new Parametrized(before!, parametrization, before!.requiresGrad);
  const after = scope(() => quietly(() => (more ? parametrization.forward(before!) : list.forward()).shape));
  if (show(after) !== show(shape)) fail('registerParametrization', `${name} of ${module.typeName} is ${show(shape)}, what ${parametrization.typeName} gives is ${show(after)}`, 'It must keep the shape.');
  list.train(module.training);
  if (more) {
    for (let i = 1; ; i++) {
      if (more[i]) continue;
      more[i] = parametrization;
      return module;
    }
  }
  fields.parametrizations ??= new Parametrizations() as unknown as NonNullable<Fields['parametrizations']>;
  fields.parametrizations[name] = list;
  Object.defineProperty(module, name, { get: () => list.forward(), configurable: true, enumerable: false });
  return module;
}

/**
 * Makes `name` a parameter again, with the value that it has now.
 * @throws where it is not computed
 *
 * @example
 * isParametrized(removeParametrizations(weightNorm(new Linear(2, 3)), 'weight')); // false
 */
export function removeParametrizations<M extends AnyModule>(module: M, name: string): M {
  const fields = module as unknown as Fields;
  const list = heldBy(module, name) ?? fail('removeParametrizations', `${name} of ${module.typeName} is not parametrized`);
  const requiresGrad = list.originals.some((original) => original.requiresGrad);
  const value = new Parameter(quietly(() => list.forward()), { requiresGrad });
  delete fields.parametrizations![name];
  if (!Object.values(fields.parametrizations!).some((held) => held instanceof Parametrized)) delete fields.parametrizations;
  Object.defineProperty(module, name, { value, configurable: true, enumerable: true, writable: true });
  return module;
}
