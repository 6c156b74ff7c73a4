/**
 * Modules, layers, activations, losses and initial values, with PyTorch's names in camelCase.
 * @packageDocumentation
 */
export { ReLU, relu, Sigmoid, sigmoid, Tanh, tanh } from './activation.ts';
export { crossEntropy, CrossEntropyLoss, type CrossEntropyLossOptions, type CrossEntropyOptions } from './cross-entropy.ts';
export { Dropout, dropout, type DropoutOptions } from './dropout.ts';
export { Flatten } from './flatten.ts';
export * as init from './init.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { type AnyModule, type ForwardHook, type ForwardPreHook, Module } from './module.ts';
export { BCELoss, type BCELossOptions, type BCEOptions, binaryCrossEntropy } from './losses/bce.ts';
export { BCEWithLogitsLoss, type BCEWithLogitsLossOptions, type BCEWithLogitsOptions, binaryCrossEntropyWithLogits } from './losses/bce-with-logits.ts';
export { L1Loss, l1Loss } from './losses/l1.ts';
export type { LossOptions } from './losses/loss.ts';
export { MSELoss, mseLoss } from './losses/mse.ts';
export { NLLLoss, type NLLLossOptions, nllLoss, type NLLOptions } from './losses/nll.ts';
export type { WeightValues } from './losses/weight.ts';
export { Buffer, Parameter, type ParameterOptions } from './parameter.ts';
export type { Reduction } from './reduction.ts';
export { isMetric, isModule, type Member, members, type MetricLike } from './registry.ts';
export { Sequential } from './sequential.ts';
export { decodeSafetensors, encodeSafetensors, loadSafetensors, type Safetensors, type SafetensorsOptions, saveSafetensors } from './safetensors.ts';
export type { LoadReport, StateDict } from './state.ts';
