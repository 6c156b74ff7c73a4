/** State dicts: all parameters and buffers of a module by name, in PyTorch's spelling and layouts. */
import { fail, show, type Tensor } from '@nn/tensor';
import { isBuffer, isParameter } from './parameter.ts';
import { isModule, joined, members } from './registry.ts';
import type { AnyModule } from './module.ts';

/** Tensors by key: `fc1.weight`, `bn1.running_mean`. */
export type StateDict = Record<string, Tensor>;

/** What did not fit when a state dict was loaded. */
export interface LoadReport {
  /** Keys of the module that the state dict lacks. */
  readonly missing: readonly string[];
  /** Keys of the state dict that the module lacks. */
  readonly unexpected: readonly string[];
}

/** `runningMean` as PyTorch writes it: `running_mean`. */
const snakeCase = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase();

/** Parameters and persistent buffers by key. Shared ones appear under each of their names, as in PyTorch; fields that lead back to a parent are not followed. */
function tensorsOf(root: AnyModule): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const visit = (module: AnyModule, path: string, parents: readonly AnyModule[]): void => {
    const own = members(module).map(([name, member]) => [joined(path, snakeCase(name)), member] as const);
    for (const is of [isParameter, isBuffer]) {
      for (const [key, member] of own) {
        if (!is(member) || (isBuffer(member) && !member.persistent)) continue;
        if (found.has(key)) fail('stateDict', `two fields of ${module.typeName} are both called ${key}`, 'Rename one of them.');
        found.set(key, member);
      }
    }
    for (const [key, member] of own) if (isModule(member) && !parents.includes(member)) visit(member, key, [...parents, member]);
  };
  visit(root, '', [root]);
  return found;
}

export const stateOf = (module: AnyModule): StateDict =>
  Object.fromEntries([...tensorsOf(module)].map(([key, tensor]) => [key, tensor.detach()]));

/** Copies `state` into `module`, or changes nothing and throws. */
export function loadState(module: AnyModule, state: StateDict, { strict = true }: { readonly strict?: boolean } = {}): LoadReport {
  const targets = tensorsOf(module);
  const sources = new Map(Object.entries(state).map(([key, tensor]) => [snakeCase(key), tensor]));
  const missing = [...targets.keys()].filter((key) => !sources.has(key));
  const unexpected = [...sources.keys()].filter((key) => !targets.has(key));
  const pairs = [...targets].flatMap(([key, target]) => {
    const source = sources.get(key);
    return source ? [{ key, target, source }] : [];
  });
  const problems = [
    ...(strict && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length > 0 ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...pairs.flatMap(({ key, target, source }) => mismatch(key, target, source)),
  ];
  if (problems.length > 0) {
    fail('loadStateDict', `the state dict does not fit ${module.typeName}: ${problems.join('; ')}`,
      strict && missing.length + unexpected.length > 0 ? 'Nothing was changed. { strict: false } lets keys be missing or left over.' : 'Nothing was changed.');
  }
  for (const { target, source } of pairs) target.assign(source);
  return { missing, unexpected };
}

function mismatch(key: string, target: Tensor, source: Tensor): string[] {
  if (show(target.shape) !== show(source.shape)) return [`mismatched: ${key} is ${show(target.shape)}, the state dict has ${show(source.shape)}`];
  if (target.device === source.device) return [];
  const [here, there] = [target.device.name, source.device.name];
  return [`mismatched: ${key} is on ${here}, the state dict has it on ${here === there ? `another ${there}` : there}`];
}
