/**
 * Optimizers and clipping, with PyTorch's names in camelCase. An update is one kernel a parameter.
 * @packageDocumentation
 */
export { Adam, type AdamOptions } from './adam.ts';
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from './clip.ts';
export { type NewGroup, Optimizer, type ParameterState, type ParamGroup, type Params, type Settings } from './optimizer.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export { SGD, type SGDOptions } from './sgd.ts';
export type { OptimizerStateDict } from './state.ts';
