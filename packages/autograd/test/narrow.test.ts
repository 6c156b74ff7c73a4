/** The suite on a backend that has only what is required and binds little: compositions, cuts and lowered operations do the rest. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { complete, ReferenceBackend } from '@nn/tensor';
import { type Backend, type CoreOp, isContiguous, lowered, type Op, type ScalarFunction, type Target, type View } from '@nn/tensor/backend';
import { conformance } from '@nn/tensor/conformance';

const core: readonly CoreOp[] = [
  'add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'pow', 'atan2', 'maximum', 'minimum', 'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'exp', 'log',
  'sin', 'cos', 'atan', 'tanh', 'lt', 'le', 'eq', 'isnan', 'and', 'or', 'xor', 'not', 'shl', 'shr', 'select', 'cast',
];
const spelled: ReadonlySet<Op> = new Set(core);

/** Checks what the contract promises to a backend, and lowers what a short dialect would lack. */
function narrow(): Backend {
  const full = new ReferenceBackend();
  const limits = { ...full.limits, dtypes: ['bool', 'int32', 'uint32', 'float32'] as const, inputs: 4, outputs: 2, bindings: 5, uniforms: 3, slices: false, tolerance: 2e-6 };
  const fitting = (f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[]) => {
    const bound = new Set([...inputs, ...outputs].map(({ storage }) => storage)).size;
    if (inputs.length > limits.inputs || outputs.length > limits.outputs || bound > limits.bindings || uniforms.length > limits.uniforms) throw new Error(`narrow: ${bound} storages and ${uniforms.length} uniforms for ${f.key}`);
    for (const view of inputs) {
      for (const { storage, offset } of outputs) if (view.storage === storage && !(isContiguous(view) && offset === view.offset)) throw new Error('narrow: an output is an input of another layout');
    }
    return lowered(f, spelled);
  };
  return {
    name: 'narrow', limits,
    describe: () => 'narrow',
    allocate: (dtype, length) => full.allocate(dtype, length),
    free: (storage) => full.free(storage),
    write: (storage, values, offset) => full.write(storage, values, offset),
    read: (storage, offset, length) => full.read(storage, offset, length),
    map: (f, inputs, uniforms, outputs, shape) => full.map(fitting(f, inputs, uniforms, outputs), inputs, uniforms, outputs, shape),
    reduce: (kind, f, inputs, uniforms, shape, axes, output) => full.reduce(kind, fitting(f, inputs, uniforms, [output]), inputs, uniforms, shape, axes, output),
    matmul: (a, b, output, epilogue) => full.matmul(a, b, output, epilogue && { ...epilogue, function: fitting(epilogue.function, [a, b, ...epilogue.inputs], epilogue.uniforms, [output]) }),
    gather: (source, index, axis, output) => full.gather(source, index, axis, output),
  };
}

conformance('a backend with only what is required', () => complete(narrow()), { describe, expect, it });
