import type { Tensor } from '@nn/tensor';

/** Beale's function of a point. */
export function beale(p: Tensor): Tensor {
  const [x, y] = [p.at(0), p.at(1)];
  const term = (constant: number, power: number) => x.mul(y.pow(power)).sub(x).add(constant).square();
  return term(1.5, 1).add(term(2.25, 2)).add(term(2.625, 3));
}
