/** Weights whose largest singular value is 1. */
import { defaultGenerator, fail, type Generator, quietly, scope, type Tensor, tensor } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { Buffer } from '../parameter.ts';
import { registerParametrization } from './parametrize.ts';

/** What {@link spectralNorm} takes. */
export interface SpectralNormOptions {
  /** Steps towards the singular vectors each time that the weight is read in training. Default 1. */
  readonly nPowerIterations?: number;
  /** Lengths are at least this. Default 1e-12. */
  readonly eps?: number;
  /** The axis that makes the rows of the matrix. Default 0, for transposed convolutions 1. */
  readonly dim?: number | null;
  /** The stream that the first vectors are drawn from. */
  readonly generator?: Generator;
}

const unit = (x: Tensor, eps: number): Tensor => x.div(x.norm().clamp(eps));

class SpectralNorm extends Module {
  static override readonly typeName = '_SpectralNorm';
  readonly dim: number;
  readonly eps: number;
  readonly nPowerIterations: number;
  /** The singular vectors, as far as they are known. */
  readonly _u: Buffer | null = null;
  readonly _v: Buffer | null = null;

  constructor(weight: Tensor, { nPowerIterations = 1, eps = 1e-12, dim, generator = defaultGenerator }: SpectralNormOptions & { readonly dim: number }) {
    super();
    if (!(Number.isInteger(nPowerIterations) && nPowerIterations > 0)) fail('spectralNorm', `nPowerIterations is ${nPowerIterations}`, 'Use a whole number from 1 on.');
    this.dim = dim < 0 ? dim + weight.ndim : dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    if (weight.ndim < 2) return;
    [this._u, this._v] = scope(() => quietly(() => {
      const drawn = this.#matrix(weight).shape.map((size) => unit(tensor(generator.normal(size), { dtype: weight.dtype, device: weight.device }), eps));
      return drawn.map((vector) => new Buffer(vector)) as [Buffer, Buffer];
    }));
    this.#iterate(this.#matrix(weight), 15);
  }

  forward(weight: Tensor): Tensor {
    const { _u: u, _v: v } = this;
    if (!u || !v) return unit(weight, this.eps);
    const matrix = this.#matrix(weight);
    if (this.training) this.#iterate(matrix, this.nPowerIterations);
    // Copies: the vectors may change before backward() reads them.
    return weight.div(u.clone().dot(matrix.mv(v.clone())));
  }

  #matrix(weight: Tensor): Tensor { return weight.movedim(this.dim, 0).flatten(1); }

  #iterate(matrix: Tensor, times: number): void {
    const { _u: u, _v: v, eps } = this;
    quietly(() => {
      for (let i = 0; i < times; i++) {
        u!.assign(unit(matrix.mv(v!), eps));
        v!.assign(unit(matrix.transpose(0, 1).mv(u!), eps));
      }
    }, 'spectralNorm');
  }
}

/**
 * Divides a weight by its largest singular value, which power iteration follows while training. State dicts have `parametrizations.weight.original` and `parametrizations.weight.0._u`, `._v`.
 *
 * Source: Miyato et al. 2018, Spectral normalization for generative adversarial networks;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
 *
 * @param name which parameter. Default `weight`.
 * @returns the module
 * @throws where there is no such parameter
 * @example
 * const layer = spectralNorm(new Linear(20, 40));
 */
export function spectralNorm<M extends AnyModule>(module: M, name = 'weight', { dim = null, ...options }: SpectralNormOptions = {}): M {
  const weight = (module as unknown as Record<string, Tensor | undefined>)[name] ?? fail('spectralNorm', `${module.typeName} has no ${name}`);
  return registerParametrization(module, name, new SpectralNorm(weight, { ...options, dim: dim ?? (module.typeName.startsWith('ConvTranspose') ? 1 : 0) }));
}
