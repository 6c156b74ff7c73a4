/**
 * A small WebAssembly assembler: nested code fragments in, the bytes of a module out.
 * It knows the binary format (sections, LEB128, locals) and nothing of tensors; instructions are in `instructions.ts`.
 */

/** Instruction bytes as a tree, flattened once when the module is written. A fragment that computes something leaves it on the stack. */
export type Code = readonly (number | Code | FunctionRef | Uint8Array)[];

/** Types of values. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
export const typeBytes: { readonly [T in ValueType]: number } = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A function of the module, whose index is known only when all imports are. */
export class FunctionRef {
  index = -1;
}

/** Calls `target` with the arguments, each leaving one value. */
export const call = (target: FunctionRef, ...args: Code[]): Code => [...args, 0x10, target];

/** A parameter or local variable of a function under construction. */
export interface Local {
  readonly type: ValueType;
  readonly get: Code;
  set(value: Code): Code;
  /** Sets it and leaves the value on the stack. */
  tee(value: Code): Code;
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 127;
    rest >>>= 7;
    out.push(rest ? low | 128 : low);
  } while (rest);
  return out;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const out: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >> 7 === (low & 64 ? -1 : 0)) return [...out, low];
    out.push(low | 128);
  }
}

const text = (name: string): number[] => {
  const bytes = [...new TextEncoder().encode(name)];
  return [...unsigned(bytes.length), ...bytes];
};
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];

/** The locals of one function. Parameters come first. */
export class Frame {
  readonly #locals: ValueType[] = [];

  local(type: ValueType): Local {
    const index = unsigned(this.#locals.push(type) - 1);
    return { type, get: [0x20, ...index], set: (value) => [value, 0x21, ...index], tee: (value) => [value, 0x22, ...index] };
  }

  /** Locals of type i32 by name: `const { row, end } = frame.ints('row', 'end')`. */
  ints<const Name extends string>(...names: Name[]): { readonly [N in Name]: Local } {
    return Object.fromEntries(names.map((name) => [name, this.local('i32')])) as { [N in Name]: Local };
  }

  /** Declarations of all but the first `params`. */
  declarations(params: number): Code {
    return list(this.#locals.slice(params).map((type) => [1, typeBytes[type]]));
  }
}

/** How a kernel's memory is imported. */
export interface MemoryType {
  readonly shared: boolean;
  /** Pages of 64 KiB. */
  readonly maximum: number;
}

interface Signature { readonly params: readonly ValueType[]; readonly results: readonly ValueType[] }
interface Imported extends Signature { readonly name: string; readonly ref: FunctionRef }
interface Defined extends Signature { readonly ref: FunctionRef; readonly frame: Frame; readonly body: Code; readonly exported: string | undefined }

/** A module that imports `env.memory`, host functions from `host`, and exports what it is asked to. */
export class ModuleBuilder {
  readonly #memory: MemoryType;
  readonly #imports = new Map<string, Imported>();
  readonly #functions: Defined[] = [];

  constructor(memory: MemoryType) { this.#memory = memory; }

  /** Names of the host functions that the module needs. */
  get hosts(): string[] { return [...this.#imports.keys()]; }

  /** A host function on float64 numbers. */
  host(name: string, arity: number): FunctionRef {
    let found = this.#imports.get(name);
    if (!found) {
      found = { name, params: new Array<ValueType>(arity).fill('f64'), results: ['f64'], ref: new FunctionRef() };
      this.#imports.set(name, found);
    }
    return found.ref;
  }

  /** Adds a function; `build` writes its body from its parameters. */
  define(params: readonly ValueType[], results: readonly ValueType[], build: (frame: Frame, ...params: Local[]) => Code, exported?: string): FunctionRef {
    const ref = new FunctionRef();
    const frame = new Frame();
    const body = build(frame, ...params.map((type) => frame.local(type)));
    this.#functions.push({ params, results, ref, frame, body, exported });
    return ref;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = [...this.#imports.values(), ...this.#functions];
    all.forEach(({ ref }, i) => { ref.index = i; });
    const types = all.map(({ params, results }) => [0x60, list(params.map((type) => [typeBytes[type]])), list(results.map((type) => [typeBytes[type]]))]);
    const first = this.#imports.size;
    const { shared, maximum } = this.#memory;
    const memory: Code = [text('env'), text('memory'), 2, shared ? 3 : 1, 1, unsigned(maximum)];
    const imports = [...this.#imports.values()].map(({ name }, i): Code => [text('host'), text(name), 0, unsigned(i)]);
    const exports = this.#functions.flatMap(({ exported, ref }): Code[] => (exported === undefined ? [] : [[text(exported), 0, unsigned(ref.index)]]));
    const bodies = this.#functions.map(({ frame, body, params }) => sized([frame.declarations(params.length), body, 0x0b]));
    return written([
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      section(1, list(types)),
      section(2, list([memory, ...imports])),
      section(3, list(this.#functions.map((_, i) => unsigned(first + i)))),
      section(7, list(exports)),
      section(10, list(bodies)),
    ]);
  }
}

const section = (id: number, content: Code): Code => [id, sized(content)];
function sized(content: Code): Code {
  const bytes = written(content);
  return [...unsigned(bytes.length), bytes];
}

/** The bytes of a fragment. */
function written(code: Code): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  out.write(code);
  return out.bytes.slice(0, out.length);
}

class Writer {
  bytes = new Uint8Array(1024);
  length = 0;

  write(code: Code): void {
    for (const item of code) {
      if (typeof item === 'number') {
        if (this.length === this.bytes.length) this.#reserve(1);
        this.bytes[this.length++] = item;
      } else if (item instanceof FunctionRef) this.write(unsigned(item.index));
      else if (item instanceof Uint8Array) {
        this.#reserve(item.length);
        this.bytes.set(item, this.length);
        this.length += item.length;
      } else this.write(item);
    }
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
