/** State dicts of optimizers, in PyTorch's layout. */
import { fail, keep, Tensor } from '@nn/tensor';
import { handle } from '@nn/tensor/trace';

/** `state` by number of the parameter; in `param_groups` the hyperparameters, and the numbers as `params`. */
export interface OptimizerStateDict {
  readonly state: Readonly<Record<number, Readonly<Record<string, unknown>>>>;
  readonly param_groups: readonly Readonly<Record<string, unknown> & { params: readonly number[] }>[];
}

interface Group { readonly params: readonly Tensor[] }

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const mapped = (record: object, name: (key: string) => string, value: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, entry]) => [name(key), value(entry)]));

export function stateOf(groups: readonly Group[], states: ReadonlyMap<Tensor, object>): OptimizerStateDict {
  const numbers = new Map(groups.flatMap(({ params }) => params).map((parameter, i) => [parameter, i]));
  const view = (value: unknown) => (value instanceof Tensor ? value.detach() : value);
  return {
    state: Object.fromEntries([...states].flatMap(([parameter, state]) => (numbers.has(parameter) ? [[numbers.get(parameter)!, mapped(state, snakeCase, view)]] : []))),
    param_groups: groups.map(({ params, ...settings }) => ({ ...mapped(settings, snakeCase, copied), params: params.map((parameter) => numbers.get(parameter)!) })),
  };
}

export function loadState(groups: readonly Group[], states: Map<Tensor, object>, dict: OptimizerStateDict): void {
  const sizes = (list: readonly { readonly params: readonly unknown[] }[]) => list.map(({ params }) => params.length).join(', ');
  if (sizes(groups) !== sizes(dict.param_groups)) {
    fail('loadStateDict', `the state dict is of groups of ${sizes(dict.param_groups)} parameters, the optimizer has groups of ${sizes(groups)}`, 'Make the optimizer as the saved one was made.');
  }
  const parameters = new Map(groups.flatMap(({ params }, i) => params.map((parameter, j) => [dict.param_groups[i]!.params[j]!, parameter])));
  const entries = Object.entries(dict.state).flatMap(([number, state]) => {
    const parameter = parameters.get(Number(number));
    return parameter ? [[parameter, loaded(parameter, number, state)] as const] : [];
  });
  groups.forEach((group, i) => {
    const { params: _, ...settings } = dict.param_groups[i]!;
    Object.assign(group, mapped(settings, camelCase, copied));
  });
  states.clear();
  for (const [parameter, state] of entries) states.set(parameter, mapped(state, camelCase, (value) => (value instanceof Tensor ? keep(value.detach().cast(parameter.dtype).clone()) : copied(value))));
}

/** What PyTorch keeps as tensors of one element is a number here. */
const NUMBERS = ['step', 'muProduct', 'eta', 'mu'];

/** The state of a parameter, with its numbers read. */
function loaded(parameter: Tensor, number: string, state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => {
    if (!(value instanceof Tensor)) return [key, value];
    const what = `${key} of parameter ${number}`;
    if (NUMBERS.includes(camelCase(key))) return [key, valuesNow('loadStateDict', what, value)[0]!];
    if (value.device !== parameter.device) fail('loadStateDict', `${what} is on ${value.device.name}, the parameter on ${parameter.device.name}`, 'Move it first: await value.to(device).');
    return [key, value];
  }));
}

/** The values of a tensor, which must be where they can be read without waiting. */
export function valuesNow(operation: string, what: string, x: Tensor): number[] {
  if (!x.device.synchronous) fail(operation, `${what} is a tensor on ${x.device.name}, where reading takes time`, 'Give its value: await x.item().');
  const copy = x.detach().clone();
  const { allocation, layout } = copy[handle];
  const values = Array.from(x.device.readSync(allocation.storage, layout.offset, x.numel), Number);
  copy.release();
  return values;
}

export const copied = (value: unknown): unknown => (Array.isArray(value) ? [...value as unknown[]] : value);
