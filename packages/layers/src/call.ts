/** What surrounds each call of a module's `forward`: a scope, the tensors that outlive it, and where an error came from. */
import { keep, type Tensor } from '@nn/tensor';
import { handle, watching } from '@nn/tensor/trace';
import { walk } from './registry.ts';
import type { AnyModule } from './module.ts';

/** Takes the tensors in `value` (also in arrays, maps and plain objects) out of the scopes around. */
export function keepAll(value: unknown, depth = 3): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (handle in value) keep(value as Tensor);
  else if (depth === 0) return;
  else if (Array.isArray(value) || value instanceof Set) for (const item of value) keepAll(item, depth - 1);
  else if (value instanceof Map) for (const item of value.values()) keepAll(item, depth - 1);
  else if (Object.getPrototypeOf(value) === Object.prototype) for (const item of Object.values(value)) keepAll(item, depth - 1);
}

/** What `forward` put into its own fields, e.g. attention weights to look at later, is not private to the call. */
export function keepFields(module: AnyModule): void {
  for (const name in module) keepAll(module[name as keyof AnyModule]);
}

/** The modules that are being called, outermost first, as far as a profile is taken. */
const called: AnyModule[] = [];

/** Runs a call of `module`, which a profile knows by its path in the outermost one. */
export function watched<T>(module: AnyModule, body: () => T): T {
  const { by } = watching;
  if (!by) return body();
  const path = [...walk(called[0] ?? module)].find(([, part]) => part === module)?.[0];
  called.push(module);
  try {
    return by.within(path ? `${path} (${module.typeName})` : module.typeName, 'forward', body);
  } finally {
    called.pop();
  }
}

/** An error on its way out of nested calls: as it was thrown, and the innermost module. */
interface Origin { readonly message: string; readonly stack: string | undefined; readonly module: AnyModule }
const origins = new WeakMap<Error, Origin>();

/** Adds to an error's message in which part of `module` it was thrown: `... In Net: encoder.0 (Linear).` */
export function located(error: unknown, module: AnyModule): unknown {
  if (!(error instanceof Error)) return error;
  const origin = origins.get(error);
  if (!origin) {
    origins.set(error, { message: error.message, stack: error.stack, module });
    return error;
  }
  for (const [path, part] of walk(module)) {
    if (part !== origin.module || !path) continue;
    error.message = `${origin.message} In ${module.typeName}: ${path} (${part.typeName}).`;
    if (origin.stack) error.stack = origin.stack.replace(origin.message, () => error.message);
  }
  return error;
}
