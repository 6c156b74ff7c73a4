/**
 * Who frees what. A tensor made inside a scope dies at its end unless it is returned or kept; one made outside is freed when nobody can reach it any more.
 * What a recorded graph still needs stays until `backward()` has used it, in either case.
 */
import { message } from './errors.ts';
import { type Handle, handle } from './handle.ts';
import type { Tensor } from './tensor.ts';

/**
 * An open scope, and the tensors made in it. There is one for each depth, which is never given up: at a full collection V8 forgets the hidden class of objects of which
 * none is left, and with it all code that was compiled for them.
 */
class Scope {
  name = '';
  readonly made: Tensor[] = [];

  close(result: unknown): void {
    if (this.made.length === 0) return;
    const several = typeof result === 'object' && result !== null && !(handle in result) ? new Set<unknown>() : undefined;
    if (several) collect(result, several);
    for (const tensor of this.made) {
      const own = tensor[handle];
      if (own.owner !== this) continue;
      own.owner = undefined;
      if (several ? several.has(tensor) : tensor === result) adopt(tensor);
      else own.release(this.name);
    }
    this.made.length = 0;
  }
}

const scopes: Scope[] = [];
/** How many are open. */
let depth = 0;
let open: Scope | undefined;
const finalizers = new FinalizationRegistry<Handle>((own) => own.release('the garbage collector'));

/** A new tensor enters the innermost scope, or is left to finalization. */
export function adopt(tensor: Tensor): void {
  const own = tensor[handle];
  own.owner = open;
  if (open) open.made.push(tensor);
  else leave(tensor, own);
}

function leave(tensor: Tensor, own: Handle): void {
  finalizers.register(tensor, own, own);
  own.allocation.linger();
}

/** The tensor took another handle: the old one is let go. */
export function rehandle(tensor: Tensor, before: Handle): void {
  finalizers.unregister(before);
  before.release('a move to another device');
  leave(tensor, tensor[handle]);
}

/**
 * Runs `body` and releases every tensor made in it, but for those in its result (also in arrays, maps and plain objects) and those kept with {@link keep}.
 * Recorded graphs keep what their `backward()` needs. The extent is synchronous.
 *
 * @param name appears in the error of a tensor used after its release
 * @throws if `body` returns a promise
 * @example
 * const norm = scope(() => x.square().sum().sqrt());
 */
export function scope<T>(body: () => T, name = 'scope'): T {
  const outer = open;
  const level = depth++;
  const mine = (scopes[level] ??= new Scope());
  mine.name = name;
  open = mine;
  let result: T | undefined;
  try {
    result = body();
  } finally {
    open = outer;
    mine.close(result);
    depth = level;
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new Error(message(name, 'the callback returned a promise', 'Its extent is synchronous: await outside, and return tensors.'));
  }
  return result;
}

/** Runs `body` outside of any scope: what it makes lives as long as it can be reached. */
export function unscoped<T>(body: () => T): T {
  const outer = open;
  open = undefined;
  try {
    return body();
  } finally {
    open = outer;
  }
}

/** Takes `tensor` out of the scopes around it: it lives as long as it can be reached. */
export function keep<T extends Tensor>(tensor: T): T {
  const own = tensor[handle];
  if (own.owner && !own.releasedBy) {
    own.owner = undefined;
    leave(tensor, own);
  }
  return tensor;
}

/** The tensors in a result. */
function collect(value: unknown, into: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || into.has(value)) return;
  into.add(value);
  if (handle in value) return;
  if (Array.isArray(value) || value instanceof Set) for (const item of value) collect(item, into);
  else if (value instanceof Map) for (const item of value.values()) collect(item, into);
  else if (isPlain(value)) for (const item of Object.values(value)) collect(item, into);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
