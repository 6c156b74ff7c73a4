/** Importing this file fills the slot of `@nn/tensor`: from then on tensors record and `backward()` works. */
import { fail, isFloat, scope } from '@nn/tensor';
import { handle, slot, type Tracer } from '@nn/tensor/trace';
import { propagate, start } from './backward.ts';
import { Leaf, StepNode } from './node.ts';
import { isRecording, recording } from './recording.ts';

export const tracer: Tracer = {
  get recording() { return isRecording(); },
  record(step) {
    if (step.outputs.some((output) => isFloat(output.dtype))) new StepNode(step);
  },
  leaf: () => new Leaf(),
  backward(from, gradient, options) {
    scope(() => { propagate([start('backward', from, gradient)], options); }, 'backward()');
  },
  hook(on, hook) {
    const { node, output } = on[handle];
    if (!(node instanceof Leaf || node instanceof StepNode)) fail('registerHook', 'this tensor has no gradient', 'Set requiresGrad, or compute it from tensors that have it.');
    return node.hook(output, hook);
  },
  pause: (body) => recording(false, body),
};

slot.tracer = tracer;
