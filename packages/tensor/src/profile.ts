/** Where the time of a program goes: by operation, and by the part of a model that asked for it. */
import { Device } from './backend/device.ts';
import type { MapCall, View } from './backend/interface.ts';
import { fail, show } from './errors.ts';
import type { RowFunction } from './expr/rows.ts';
import type { ScalarFunction } from './expr/function.ts';
import type { Shape } from './shape.ts';

/** What a part of a model does: `update` is an optimizer's. */
export type Phase = 'forward' | 'backward' | 'update';

/** One operation on operands of one size. */
export interface ProfiledOperation { readonly name: string; readonly calls: number; readonly milliseconds: number }
/** The operations of one part of a model: a layer by its path, a loss, an optimizer. */
export type ProfiledPart = { readonly name: string } & { readonly [P in Phase]: number };

/** What {@link profile} found. As text it is two tables. */
export class Profile {
  /** Of the whole, from start to end. */
  readonly milliseconds: number;
  /** Slowest first. */
  readonly operations: readonly ProfiledOperation[];
  /** In the order in which they first computed something; milliseconds. What belongs to none is the rest. */
  readonly parts: readonly ProfiledPart[];

  constructor(milliseconds: number, operations: readonly ProfiledOperation[], parts: readonly ProfiledPart[]) {
    this.milliseconds = milliseconds;
    this.operations = operations;
    this.parts = parts;
  }

  /** The time outside of operations: the program's own, and what it costs to ask for an operation. */
  get between(): number { return Math.max(0, this.milliseconds - this.operations.reduce((sum, { milliseconds }) => sum + milliseconds, 0)); }

  toString(): string {
    const share = (ms: number): string => `${((100 * ms) / this.milliseconds).toFixed(1)}%`;
    const operations = [...this.operations.map(({ name, calls, milliseconds }) => [name, String(calls), milliseconds.toFixed(3), share(milliseconds)]), ['between operations', '', this.between.toFixed(3), share(this.between)]];
    const parts = this.parts.map(({ name, forward, backward, update }) => [name, ...[forward, backward, update].map((ms) => (ms ? ms.toFixed(3) : '')), share(forward + backward + update)]);
    const tables = [table(['operation', 'calls', 'ms', ''], operations), ...(parts.length > 0 ? [table(['part', 'forward', 'backward', 'update', ''], parts)] : [])];
    return `${this.milliseconds.toFixed(3)} ms\n\n${tables.join('\n\n')}`;
  }
  /** What `console.log` shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows].map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ').trimEnd()).join('\n');
}

/** Counts and times what runs while it watches. */
export class Watch {
  /** The part of a model that is computing. */
  part: string | undefined;
  #phase: Phase = 'forward';
  #inside = false;
  readonly #operations = new Map<string, { name: string; calls: number; milliseconds: number }>();
  readonly #parts = new Map<string, { name: string } & { [P in Phase]: number }>();

  within<T>(part: string | undefined, phase: Phase, body: () => T): T {
    const before = [this.part, this.#phase] as const;
    [this.part, this.#phase] = [part, phase];
    try {
      return body();
    } finally {
      [this.part, this.#phase] = before;
    }
  }

  /** Times an operation of a device until it is done; those that it is composed of are its own. */
  time<T>(device: Device, name: () => string, body: () => T): T {
    if (this.#inside) return body();
    device.finish();
    const start = performance.now();
    this.#inside = true;
    try {
      const result = body();
      device.finish();
      if (result instanceof Promise) void result.then(() => { this.#add(name(), performance.now() - start); }, () => {});
      else this.#add(name(), performance.now() - start);
      return result;
    } finally {
      this.#inside = false;
    }
  }

  #add(name: string, milliseconds: number): void {
    let operation = this.#operations.get(name);
    if (!operation) this.#operations.set(name, (operation = { name, calls: 0, milliseconds: 0 }));
    operation.calls++;
    operation.milliseconds += milliseconds;
    if (this.part === undefined) return;
    let part = this.#parts.get(this.part);
    if (!part) this.#parts.set(this.part, (part = { name: this.part, forward: 0, backward: 0, update: 0 }));
    part[this.#phase] += milliseconds;
  }

  end(milliseconds: number): Profile {
    return new Profile(milliseconds, [...this.#operations.values()].sort((a, b) => b.milliseconds - a.milliseconds), [...this.#parts.values()]);
  }
}

/** Who watches at the moment. Undefined: nobody, and asking is all it costs. */
export const watching: { by: Watch | undefined } = { by: undefined };

/** What functions that compute nothing are called. */
const plain: { readonly [op: string]: string } = { input: 'copy', uniform: 'fill', constant: 'fill' };
const roots = (f: ScalarFunction): string => f.roots.map(({ op }) => plain[op] ?? op).join(', ');
const product = (name: string) => (a: View, b: View): string => `${name} ${show(a.shape)} x ${show(b.shape)}`;
/** What each verb of a device is called in the tables, from its arguments. */
const names: { readonly [verb in keyof Device]?: (...args: never[]) => string } = {
  map: (f: ScalarFunction, _inputs: unknown, _uniforms: unknown, _outputs: unknown, shape: Shape) => `${roots(f)} ${show(shape)}`,
  mapEach: (f: ScalarFunction, calls: readonly MapCall[]) => `${roots(f)} of ${calls.length} tensors`,
  reduce: (kind: string, _f: unknown, _inputs: unknown, _uniforms: unknown, shape: Shape, axes: readonly number[]) => `${kind} of ${show(shape)} over ${axes.join(', ')}`,
  rows: (f: RowFunction, _inputs: unknown, _uniforms: unknown, _outputs: unknown, shape: Shape, axes: readonly number[]) => `${roots(f.source)} of rows ${show(shape)} over ${axes.join(', ')}`,
  matmul: product('matmul'), contract: product('contract'),
  gather: (_source: unknown, index: View) => `gather ${show(index.shape)}`,
  scatterAdd: (_source: unknown, index: View) => `scatterAdd ${show(index.shape)}`,
  randomUniform: (_key: unknown, _counter: unknown, length: number) => `random ${show([length])}`,
  write: (_storage: unknown, { length }: { length: number }) => `write ${show([length])}`,
  read: (_storage: unknown, _offset: unknown, length: number) => `read ${show([length])}`,
  readSync: (_storage: unknown, _offset: unknown, length: number) => `read ${show([length])}`,
};

/**
 * Runs `body` and tells where its time went: per operation, and per layer, loss and optimizer. Run it once before, so that kernels are compiled.
 * The CPU's threads, which otherwise compute while the program goes on, are waited for after each operation. On WebGPU, where nobody can wait, an operation's time is that
 * of asking for it, and the rest is in `read`.
 *
 * @param body e.g. a training step; it may wait
 * @throws if another profile is being taken
 * @example
 * console.log(await profile(async () => {
 *   const loss = criterion.forward(model.forward(inputs), labels);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 * }));
 */
export async function profile(body: () => unknown): Promise<Profile> {
  if (watching.by) fail('profile', 'one is being taken already', 'Take one after the other.');
  const watch = new Watch();
  const verbs = Device.prototype as unknown as Record<string, (...args: never[]) => unknown>;
  const originals = Object.entries(names).map(([verb, name]) => [verb, name, verbs[verb]!] as const);
  for (const [verb, name, original] of originals) {
    verbs[verb] = function timed(this: Device, ...args: never[]): unknown { return watch.time(this, () => name(...args), () => original.apply(this, args)); };
  }
  watching.by = watch;
  const start = performance.now();
  try {
    await body();
  } finally {
    watching.by = undefined;
    for (const [verb, , original] of originals) verbs[verb] = original;
  }
  return watch.end(performance.now() - start);
}
