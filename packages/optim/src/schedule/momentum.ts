/** What cycles turn beside the rate: `momentum`, or the first of `betas`. */
import { fail } from '@nn/tensor';
import type { ScheduledGroup } from './schedule.ts';

export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.momentum !== undefined) group.momentum = momentum;
  else if (group.betas) group.betas = [momentum, group.betas[1]];
}

/** @throws where there is none */
export function needMomentum(operation: string, groups: readonly ScheduledGroup[], advice = 'Use SGD, RMSprop or one with betas.'): void {
  if (groups.some(({ momentum, betas }) => momentum === undefined && !betas)) fail(operation, 'the optimizer has no momentum to change', advice);
}
