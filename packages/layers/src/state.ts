/** State dicts: all parameters and buffers of a module by name, in PyTorch's spelling and layouts. */
import { fail, show, type Tensor } from '@nn/tensor';
import { isBuffer, isParameter } from './parameter.ts';
import { isModule, joined, members } from './registry.ts';
import type { AnyModule } from './module.ts';

/** Tensors by key: `fc1.weight`, `bn1.running_mean`. */
export type StateDict = Record<string, Tensor>;

/** What {@link Module.loadStateDict} takes. */
export interface LoadOptions {
  /** Whether missing and left-over keys are an error. Default true. */
  readonly strict?: boolean;
  /** Whether tensors of another shape are passed over, as when a head for other classes takes the place of the one that was saved. Default false: they are an error. */
  readonly ignoreMismatched?: boolean;
}

/**
 * What did not fit when a state dict was loaded; `String(report)` says it in lines.
 *
 * @example
 * String(new Linear(2, 3).loadStateDict({ weight: zeros([3, 2]) }, { strict: false })); // missing, as before: bias
 */
export class LoadReport {
  /** Keys of the module that the state dict lacks: they keep their values. */
  readonly missing: readonly string[];
  /** Keys of the state dict that the module lacks. */
  readonly unexpected: readonly string[];
  /** What has another shape and keeps its values: `fc.weight is [5, 32], the state dict has [10, 32]`. */
  readonly mismatched: readonly string[];

  constructor(missing: readonly string[], unexpected: readonly string[], mismatched: readonly string[]) {
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }

  toString(): string {
    const lines = [['missing, as before', this.missing], ['unexpected, not used', this.unexpected], ['mismatched, as before', this.mismatched]] as const;
    return lines.filter(([, keys]) => keys.length > 0).map(([what, keys]) => `${what}: ${keys.join(', ')}`).join('\n') || 'all keys matched';
  }
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
export function loadState(module: AnyModule, state: StateDict, { strict = true, ignoreMismatched = false }: LoadOptions = {}): LoadReport {
  const targets = tensorsOf(module);
  const sources = new Map(Object.entries(state).map(([key, tensor]) => [snakeCase(key), tensor]));
  const missing = [...targets.keys()].filter((key) => !sources.has(key));
  const unexpected = [...sources.keys()].filter((key) => !targets.has(key));
  const pairs = [...targets].flatMap(([key, target]) => {
    const source = sources.get(key);
    return source ? [{ key, target, source, fits: show(target.shape) === show(source.shape) }] : [];
  });
  const mismatched = pairs.filter(({ fits }) => !fits).map(({ key, target, source }) => `${key} is ${show(target.shape)}, the state dict has ${show(source.shape)}`);
  const problems = [
    ...(strict && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length > 0 ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...(ignoreMismatched ? [] : mismatched.map((text) => `mismatched: ${text}`)),
    ...pairs.flatMap(({ key, target, source }) => elsewhere(key, target, source)),
  ];
  if (problems.length > 0) {
    const advice = [
      ...(strict && missing.length + unexpected.length > 0 ? ['{ strict: false } lets keys be missing or left over.'] : []),
      ...(!ignoreMismatched && mismatched.length > 0 ? ['{ ignoreMismatched: true } passes over other shapes.'] : []),
    ];
    fail('loadStateDict', `the state dict does not fit ${module.typeName}: ${problems.join('; ')}`, ['Nothing was changed.', ...advice].join(' '));
  }
  for (const { target, source, fits } of pairs) if (fits) target.assign(source);
  return new LoadReport(missing, unexpected, mismatched);
}

function elsewhere(key: string, target: Tensor, source: Tensor): string[] {
  if (target.device === source.device) return [];
  const [here, there] = [target.device.name, source.device.name];
  return [`mismatched: ${key} is on ${here}, the state dict has it on ${here === there ? `another ${there}` : there}`];
}
