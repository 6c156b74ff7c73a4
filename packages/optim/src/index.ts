/**
 * Optimizers, schedules, clipping and averages of weights, with PyTorch's names in camelCase. An update is one kernel a parameter.
 * @packageDocumentation
 */
export { Adadelta, type AdadeltaOptions, type AdadeltaState } from './adadelta.ts';
export { Adafactor, type AdafactorOptions, type AdafactorState } from './adafactor.ts';
export { Adagrad, type AdagradOptions, type AdagradState } from './adagrad.ts';
export { Adam, AdamW, type AdamOptions, type AdamState } from './adam.ts';
export { Adamax, type AdamaxOptions, type AdamaxState } from './adamax.ts';
export { ASGD, type ASGDOptions, type ASGDState } from './asgd.ts';
export { type AverageFunction, AveragedWeights, type AveragedWeightsOptions } from './averaged.ts';
export { type Averageable, AveragedModel, type AveragedModelOptions } from './averaged-model.ts';
export { clipGradNorm, type ClipGradNormOptions, clipGradValue } from './clip.ts';
export type { FormulaLine } from './explain.ts';
export { LAMB, type LAMBOptions, type LAMBState } from './lamb.ts';
export { LBFGS, type LBFGSOptions } from './lbfgs.ts';
export { Lion, type LionOptions, type LionState } from './lion.ts';
export { Muon, type MuonOptions, type MuonState } from './muon.ts';
export { NAdam, type NAdamOptions, type NAdamState } from './nadam.ts';
export { type Closure, type NewGroup, Optimizer, type ParameterState, type ParamGroup, type Params, type Settings } from './optimizer.ts';
export { RAdam, type RAdamOptions, type RAdamState } from './radam.ts';
export { RMSprop, type RMSpropOptions, type RMSpropState } from './rmsprop.ts';
export { Rprop, type RpropOptions, type RpropState } from './rprop.ts';
export { SGD, type SGDOptions, type SGDState } from './sgd.ts';
export type { OptimizerStateDict } from './state.ts';
export { updateBn } from './update-bn.ts';
export type { Formula, Variant } from './variant.ts';
export * from './schedule/index.ts';
