import { noGrad } from '@nn/autograd';
import { scope, type Tensor } from '@nn/tensor';
import { type Averageable, AveragedModel } from './averaged-model.ts';

/** A batch norm with running statistics, as `@nn/layers` has them. */
interface Tracked {
  training: boolean;
  readonly typeName: string;
  readonly runningMean: Tensor | null;
  momentum: number | null;
  resetRunningStats(): void;
}

const isBatchNorm = (module: { training: boolean }): module is Tracked => {
  const { typeName = '', runningMean } = module as Partial<Tracked>;
  return !!runningMean && 'resetRunningStats' in module && !typeName.startsWith('InstanceNorm');
};

/**
 * Sets the running mean and variance of all batch norms to the means over the batches of a loader: what averaged parameters need, since their activations were never seen.
 * Does nothing where there is no batch norm.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.update_bn.html
 *
 * @param loader gives inputs, or arrays whose first item is the input
 * @param model a model, or an {@link AveragedModel}; do not train it meanwhile
 * @example
 * await updateBn(loader, averaged);
 */
export async function updateBn<Out>(loader: AsyncIterable<Tensor | readonly Tensor[]> | Iterable<Tensor | readonly Tensor[]>, model: Averageable<[Tensor], Out> | AveragedModel<[Tensor], Out>): Promise<void> {
  if (model instanceof AveragedModel) {
    model.swap();
    try {
      return await updateBn(loader, model.module);
    } finally {
      model.swap();
    }
  }
  const norms = model.modules().filter(isBatchNorm).map((norm) => [norm, norm.momentum] as const);
  if (norms.length === 0) return;
  const modes = model.modules().map((module) => [module, module.training] as const);
  const device = model.parameters()[0]?.device;
  try {
    for (const [module] of modes) module.training = true;
    for (const [norm] of norms) {
      norm.resetRunningStats();
      norm.momentum = null; // a mean over all batches
    }
    for await (const batch of loader) {
      const given = Array.isArray(batch) ? (batch as readonly Tensor[])[0]! : batch as Tensor;
      const input = device ? await given.to(device) : given;
      noGrad(() => { scope(() => { model.forward(input); }, 'updateBn'); });
    }
  } finally {
    for (const [norm, momentum] of norms) norm.momentum = momentum;
    for (const [module, training] of modes) module.training = training;
  }
}
