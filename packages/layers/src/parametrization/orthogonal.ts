/** Weights with orthonormal rows or columns, whatever an optimizer does. */
import { concat, eye, fail, fuse, type Generator, randn, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { Buffer } from '../parameter.ts';
import { type OrthogonalMap, orthogonalMaps, orthonormal, reflectorsOf } from './orthogonal-maps.ts';
import { registerParametrization } from './parametrize.ts';

/** What {@link orthogonal} takes. */
export interface OrthogonalParametrizationOptions {
  /** From any matrix to an orthogonal one. Default `matrixExp` for square weights, `householder` for others. */
  readonly orthogonalMap?: OrthogonalMap | null;
  /** Whether what is learned is the way from the first value, which is kept as `base`: better conditioned, needs more memory. Default true. */
  readonly useTrivialization?: boolean;
  /** The stream that completes a matrix that is not square. */
  readonly generator?: Generator;
}

const identityLike = (x: Tensor, rows: number, columns = rows): Tensor => eye(rows, columns, { dtype: x.dtype, device: x.device });
const turned = (x: Tensor): Tensor => x.transpose(-1, -2);
const isWide = (x: Tensor): boolean => x.shape.at(-2)! < x.shape.at(-1)!;
const minusOnDiagonal = fuse((x: Scalar, one: Scalar) => x.mul(0).sub(one));

class Orthogonal extends Module {
  static override readonly typeName = '_Orthogonal';
  base: Buffer | null = null;
  readonly orthogonalMap: OrthogonalMap;
  readonly #trivialization: boolean;
  readonly #generator: Generator | undefined;

  constructor(orthogonalMap: OrthogonalMap, trivialization: boolean, generator: Generator | undefined) {
    super();
    this.orthogonalMap = orthogonalMap;
    this.#trivialization = trivialization;
    this.#generator = generator;
  }

  forward(original: Tensor): Tensor {
    const x = isWide(original) ? turned(original) : original;
    const q = orthogonalMaps[this.orthogonalMap](x);
    const y = this.base ? this.base.matmul(q) : q;
    return isWide(original) ? turned(y) : y;
  }

  /** What gives the nearest orthogonal matrix: with a base it starts from the identity. */
  rightInverse(value: Tensor): Tensor {
    const tall = isWide(value) ? turned(value) : value;
    if (!this.#trivialization) {
      if (this.orthogonalMap !== 'householder') return value;
      const found = reflectorsOf(tall);
      return isWide(value) ? turned(found) : found;
    }
    const [rows, columns] = tall.shape.slice(-2) as [number, number];
    const more = rows > columns ? [randn([...tall.shape.slice(0, -2), rows, rows - columns], { dtype: value.dtype, device: value.device, ...(this.#generator && { generator: this.#generator }) })] : [];
    this.base = new Buffer(orthonormal(concat([tall, ...more], -1)));
    return minusOnDiagonal(value, identityLike(value, value.shape.at(-2)!, value.shape.at(-1)));
  }
}

/**
 * Makes the last two axes of a weight an orthogonal matrix, or rows or columns of one: its first value is the nearest by Gram and Schmidt. What is learned is `parametrizations.weight.original`.
 *
 *     matrixExp    exp(A)                          A = L - L^T, L the lower triangle of what is learned
 *     cayley       (I - A / 2)^-1 (I + A / 2)
 *     householder  H_1 H_2 ... H_k                 reflections at the columns below the diagonal
 *
 * Source: Lezcano-Casado 2019, Trivializations for gradient-based optimization on manifolds;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.orthogonal.html
 *
 * @param name which parameter. Default `weight`.
 * @returns the module
 * @throws where there is no such parameter, or it has fewer than two axes
 * @example
 * const layer = orthogonal(new Linear(2, 3));
 * layer.weight.transpose(0, 1).matmul(layer.weight); // [[1, 0], [0, 1]]
 */
export function orthogonal<M extends AnyModule>(module: M, name = 'weight', { orthogonalMap = null, useTrivialization = true, generator }: OrthogonalParametrizationOptions = {}): M {
  const weight = (module as unknown as Record<string, Tensor | undefined>)[name] ?? fail('orthogonal', `${module.typeName} has no ${name}`);
  if (weight.ndim < 2) fail('orthogonal', `${name} of ${module.typeName} is ${show(weight.shape)}`, 'It needs two axes or more.');
  const map = orthogonalMap ?? (weight.shape.at(-2) === weight.shape.at(-1) ? 'matrixExp' : 'householder');
  if (!Object.hasOwn(orthogonalMaps, map)) fail('orthogonal', `there is no map '${map as string}'`, `Use ${Object.keys(orthogonalMaps).join(', ')}.`);
  return scope(() => registerParametrization(module, name, new Orthogonal(map, useTrivialization, generator)));
}
