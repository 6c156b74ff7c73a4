/** Two networks that squeeze images through a few numbers: [N, pixels] of 0 to 1 to logits of the same shape. */
import { binaryCrossEntropyWithLogits, Linear, Module, ReLU, Sequential } from '@nn/layers';
import { fuse, randnLike, type Scalar, type Tensor } from '@nn/tensor';

/** What a batch costs, each summed over an image and averaged over images. */
export interface Cost {
  /** Nats to write down the pixels, given what the decoder says. */
  readonly reconstruction: Tensor;
  /** Nats to write down the latent numbers: how far they are from standard normal ones. */
  readonly divergence?: Tensor;
}

const layers = (from: number, hidden: number, to: number): Sequential => new Sequential(new Linear(from, hidden), new ReLU(), new Linear(hidden, to));
const reconstructionOf = (logits: Tensor, images: Tensor): Tensor => binaryCrossEntropyWithLogits(logits, images, { reduction: 'sum' }).div(images.shape[0]!);

/** The latent numbers are what the encoder says (Hinton and Salakhutdinov 2006, doi:10.1126/science.1127647). */
export class Autoencoder extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(pixels: number, hidden: number, latent: number) {
    super();
    this.encoder = layers(pixels, hidden, latent);
    this.decoder = layers(latent, hidden, pixels);
  }

  /** The latent numbers of images, [N, latent]. */
  encode(images: Tensor): Tensor { return this.encoder.forward(images); }
  forward(images: Tensor): Tensor { return this.decoder.forward(this.encode(images)); }
  cost(images: Tensor): Cost { return { reconstruction: reconstructionOf(this.forward(images), images) }; }
}

/** KL(N(mean, e^logVariance) || N(0, 1)) of each number (Kingma and Welling 2014, appendix B). */
const divergence = fuse((mean: Scalar, logVariance: Scalar) => mean.square().add(logVariance.exp()).sub(logVariance).sub(1).div(2));
/** A number drawn from N(mean, e^logVariance), as a function of a standard normal one: so gradients reach mean and variance. */
const shifted = fuse((mean: Scalar, logVariance: Scalar, normal: Scalar) => mean.add(logVariance.div(2).exp().mul(normal)));

/** The encoder says where the latent numbers are, and how surely (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114). */
export class VAE extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(pixels: number, hidden: number, latent: number) {
    super();
    this.encoder = layers(pixels, hidden, 2 * latent);
    this.decoder = layers(latent, hidden, pixels);
  }

  /** The likeliest latent numbers of images, [N, latent]. */
  encode(images: Tensor): Tensor { return this.encoder.forward(images).chunk(2, 1)[0]!; }
  /** By the likeliest latent numbers. */
  forward(images: Tensor): Tensor { return this.decoder.forward(this.encode(images)); }

  /** By latent numbers that are drawn. The sum is the bound that is minimized, the negative of the paper's (3). */
  cost(images: Tensor): Required<Cost> {
    const [mean, logVariance] = this.encoder.forward(images).chunk(2, 1) as [Tensor, Tensor];
    const latent = shifted(mean, logVariance, randnLike(mean));
    return {
      reconstruction: reconstructionOf(this.decoder.forward(latent), images),
      divergence: divergence.reduce('sum', undefined, mean, logVariance).div(images.shape[0]!),
    };
  }
}
