import type { Tensor } from '@nn/tensor';
import { handle } from '@nn/tensor/trace';

/** A parameter's gradient for one who does not hold on to it. Read through `parameter.grad` it would count as handed out, and be freed only by the garbage collector. */
export const gradientOf = (parameter: Tensor): Tensor | null => parameter[handle].node?.borrowed ?? null;
