/** What batches cost, summed up. */
import type { Tensor } from '@nn/tensor';
import type { Cost } from './models.ts';

/** Means over images of what batches cost; read at the end. */
export class Costs {
  readonly #batches: [images: number, cost: Cost][] = [];

  add(images: number, { reconstruction, divergence }: Cost): void { this.#batches.push([images, { reconstruction: reconstruction.detach(), ...(divergence && { divergence: divergence.detach() }) }]); }

  async line(): Promise<string> {
    const mean = async (part: (cost: Cost) => Tensor): Promise<number> => {
      const sums = await Promise.all(this.#batches.map(async ([images, cost]) => images * (await part(cost).item())));
      return sums.reduce((a, b) => a + b, 0) / this.#batches.reduce((all, [images]) => all + images, 0);
    };
    const reconstruction = await mean((cost) => cost.reconstruction);
    if (!this.#batches[0]?.[1].divergence) return `reconstruction ${reconstruction.toFixed(2)} nats an image`;
    const divergence = await mean((cost) => cost.divergence!);
    return `${(reconstruction + divergence).toFixed(2)} nats an image (reconstruction ${reconstruction.toFixed(2)}, divergence ${divergence.toFixed(2)})`;
  }
}
