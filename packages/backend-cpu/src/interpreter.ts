/** The CPU where nothing may be compiled: the reference's interpreter, some hundred times slower, under this device's name. */
import { ReferenceBackend } from '@nn/tensor/backend';

export class Interpreter extends ReferenceBackend {
  override readonly name = 'cpu';
  override describe(): string {
    return "cpu (interpreter in JavaScript, 1 thread: WebAssembly is not allowed here; a page's content policy allows it by script-src 'wasm-unsafe-eval')";
  }
}

/** Whether modules may be compiled: a content policy refuses even the empty one, and some engines have no WebAssembly. */
export function compiles(): boolean {
  try {
    return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
