/** Maps from any matrix [..., n, k] with n >= k to one with orthonormal columns, and what they need of linear algebra, in tensor operations. */
import { concat, eye, type Tensor } from '@nn/tensor';

export type OrthogonalMap = 'matrixExp' | 'cayley' | 'householder';

const identity = (like: Tensor, rows: number, columns = rows): Tensor => eye(rows, columns, { dtype: like.dtype, device: like.device });
const column = (x: Tensor, i: number): Tensor => x.narrow(-1, i, 1);
const turned = (x: Tensor): Tensor => x.transpose(-1, -2);

/** The skew-symmetric matrix [..., n, n] of the lower triangle. */
function skew(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const square = rows === columns ? x.tril() : x.tril().pad([0, rows - columns]);
  return square.sub(turned(square));
}

const HALVINGS = 4;
const TERMS = 18;
/** The Taylor series at a / 16, squared four times: exact to rounding for norms up to 16, and for skew matrices far beyond it is still orthogonal to a few digits. */
function exponential(a: Tensor): Tensor {
  const one = identity(a, a.shape.at(-1)!);
  const small = a.div(2 ** HALVINGS);
  let y = one;
  for (let term = TERMS; term > 0; term--) y = small.matmul(y).div(term).add(one);
  for (let i = 0; i < HALVINGS; i++) y = y.matmul(y);
  return y;
}

/** `a^-1 b` by Gauss and Jordan without exchanges, as matrices with a positive symmetric part allow. */
function solved(a: Tensor, b: Tensor): Tensor {
  const size = a.shape.at(-1)!;
  const units = identity(a, size);
  let both = concat([a, b], -1);
  for (let i = 0; i < size; i++) {
    const row = both.narrow(-2, i, 1);
    both = both.sub(column(both, i).sub(column(units, i)).mul(row.div(column(row, i))));
  }
  return both.narrow(-1, size, b.shape.at(-1)!);
}

/** `H_1 ... H_k` applied to the first k columns of the identity, `H_i = I - tau_i v_i v_i^T`; `v_i` is column i below the diagonal, and 1 on it. */
function reflected(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const below = x.tril(-1);
  const vectors = below.add(identity(x, rows, columns));
  const tau = below.square().sum(-2, { keepDim: true }).add(1).reciprocal().mul(2);
  let y = identity(x, rows, columns);
  for (let i = columns - 1; i >= 0; i--) y = y.sub(column(vectors, i).mul(column(tau, i)).matmul(turned(column(vectors, i)).matmul(y)));
  return y;
}

const exact = (map: (a: Tensor) => Tensor) => (x: Tensor): Tensor => map(skew(x)).narrow(-1, 0, x.shape.at(-1)!);

export const orthogonalMaps: Readonly<Record<OrthogonalMap, (x: Tensor) => Tensor>> = {
  matrixExp: exact(exponential),
  cayley: exact((a) => {
    const one = identity(a, a.shape.at(-1)!);
    return solved(one.sub(a.div(2)), one.add(a.div(2)));
  }),
  // The diagonal holds signs, which are not learned.
  householder: (x) => reflected(x).mul(x.detach().diagonal(0, -2, -1).trunc().unsqueeze(-2)),
};

/** Orthonormal columns that span what the columns of `x` do, by Gram and Schmidt, twice. */
export function orthonormal(x: Tensor): Tensor {
  let found: Tensor | undefined;
  for (let i = 0; i < x.shape.at(-1)!; i++) {
    const before = found;
    const apart = (own: Tensor): Tensor => (before ? own.sub(before.matmul(turned(before).matmul(own))) : own);
    const own = apart(apart(column(x, i)));
    const unit = own.div(own.norm(2, -2, { keepDim: true }));
    found = before ? concat([before, unit], -1) : unit;
  }
  return found ?? x;
}

/** For which {@link orthogonalMaps} `householder` gives the orthonormal columns of `x`: reflections below the diagonal, signs on it (Golub & Van Loan, Matrix computations, 5.2.2). */
export function reflectorsOf(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const units = identity(x, rows, columns);
  let rest = x;
  const found: Tensor[] = [];
  for (let i = 0; i < columns; i++) {
    const above = column(rest, i).narrow(-2, 0, i).mul(0);
    const tail = concat([above, column(rest, i).narrow(-2, i, rows - i)], -2);
    const first = tail.narrow(-2, i, 1);
    const below = tail.sub(column(units, i).mul(first));
    const sign = first.ge(0).cast(x.dtype).mul(2).sub(1);
    const vector = below.div(first.add(sign.mul(tail.norm(2, -2, { keepDim: true }))));
    const tau = vector.square().sum(-2, { keepDim: true }).add(1).reciprocal().mul(2);
    const whole = vector.add(column(units, i));
    rest = rest.sub(whole.mul(tau).matmul(turned(whole).matmul(rest)));
    // The reflection turns the column to minus its sign.
    found.push(vector.sub(column(units, i).mul(sign)));
  }
  return concat(found, -1);
}
