/**
 * Optimizers and clipping, with PyTorch's names in camelCase. An update is one kernel a parameter.
 * @packageDocumentation
 */
export { Adam, type AdamOptions, type AdamState } from './adam.ts';
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from './clip.ts';
export { type NewGroup, Optimizer, type ParameterState, type ParamGroup, type Params, type Settings } from './optimizer.ts';
export { RMSprop, type RMSpropOptions, type RMSpropState } from './rmsprop.ts';
export { SGD, type SGDOptions, type SGDState } from './sgd.ts';
export type { OptimizerStateDict } from './state.ts';
