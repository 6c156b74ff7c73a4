import { fail } from '@nn/tensor';

/**
 * The loss, unless it is NaN or infinite.
 *
 * @param where what the error names, e.g. `epoch 2, step 17`
 * @throws where training cannot go on
 * @example
 * totalLoss += checkLoss(await loss.item(), 'train', `epoch ${epoch}, step ${step}`);
 */
export function checkLoss(loss: number, operation: string, where: string): number {
  if (Number.isFinite(loss)) return loss;
  return fail(operation, `the loss is ${loss} at ${where}`, 'Lower the learning rate, scale the inputs, or look for a division by zero or a logarithm of zero.');
}
