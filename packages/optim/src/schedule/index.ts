export { CosineAnnealingLR, type CosineAnnealingLROptions, CosineAnnealingWarmRestarts, type CosineAnnealingWarmRestartsOptions } from './cosine.ts';
export { CyclicLR, type CyclicLROptions } from './cyclic.ts';
export { ExponentialLR, type GammaOptions, InverseTimeDecay, MultiStepLR, StepLR } from './decay.ts';
export { type Factor, LambdaLR, MultiplicativeLR } from './lambda.ts';
export { OneCycleLR, type OneCycleLROptions } from './one-cycle.ts';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './plateau.ts';
export { ConstantLR, type ConstantLROptions, LinearLR, type LinearLROptions, PolynomialLR, type PolynomialLROptions } from './ramp.ts';
export { LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleOptions, type ScheduleStateDict } from './schedule.ts';
export { ChainedScheduler, SequentialLR } from './several.ts';
