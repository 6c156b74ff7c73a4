/** On the real images, where NN_DATA_DIR says where they are: one epoch of the lecture's program within what PyTorch gives. */
import { describe, expect, it } from 'vitest';
import { Report } from '../src/report.ts';
import { train } from '../src/train.ts';

const dataDir = process.env.NN_DATA_DIR;

describe('Fashion-MNIST', () => {
  it('trains an epoch as PyTorch does', { timeout: 300_000 }, async (context) => {
    if (!dataDir) return context.skip('NN_DATA_DIR is not set: no Fashion-MNIST here');
    const { metrics } = await train({
      dataset: 'fashion-mnist', dataDir, epochs: 1, batchSize: 32, device: 'cpu', seed: 0, model: 'mlp', api: 'class', loop: 'plain', l1: 0, l2: 0, weightDecay: 0, scale: 'raw', split: 'lecture', out: '',
    }, new Report(1, { write: () => undefined }));
    const [epoch] = metrics.epochs;
    expect(metrics.dataset).toBe('fashion-mnist');
    expect(epoch!.trainLoss).toBeGreaterThan(2.2);
    expect(epoch!.trainLoss).toBeLessThan(2.9);
    expect(epoch!.trainAccuracy).toBeGreaterThan(0.7);
    expect(epoch!.trainAccuracy).toBeLessThan(0.76);
  });
});
