/**
 * Reverse-mode differentiation. Importing this package makes tensors record; then `backward()`, `grad` and everything here work.
 * @packageDocumentation
 */
import './install.ts';

export { gradCheck, type GradCheckOptions } from './check.ts';
export { checkpoint, customGradient, type CustomFunction } from './custom.ts';
export { grad, type GradOptions, valueAndGrad } from './grad.ts';
export { enableGrad, isRecording, noGrad } from './recording.ts';
