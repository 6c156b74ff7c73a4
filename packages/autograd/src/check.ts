/** Gradients compared with finite differences. */
import { fail, show, type Tensor, tensor } from '@nn/tensor';
import { grad } from './grad.ts';
import { recording } from './recording.ts';

export interface GradCheckOptions {
  /** 1: gradients; 2: gradients of gradients as well. */
  readonly order?: 1 | 2;
  /** Step of the central difference. */
  readonly eps?: number;
  /** Largest |analytic - numeric| allowed, relative to max(1, |numeric|). */
  readonly tolerance?: number;
}

/**
 * Compares the gradients of `f` with central differences, element by element.
 *
 * @param f from float64 tensors to one tensor, made of differentiable operations
 * @param inputs float64 tensors
 * @throws naming the input, the element and both numbers where they differ
 * @example
 * await gradCheck((x) => x.tanh(), [tensor([0.1, 2], { dtype: 'float64' })]);
 */
export async function gradCheck(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], options: GradCheckOptions = {}): Promise<void> {
  const { order = 1, eps = 1e-6, tolerance = 1e-5 } = options;
  for (const [i, input] of inputs.entries()) {
    if (input.dtype !== 'float64') fail('gradCheck', `input ${i} is ${input.dtype}`, "Differences need float64: tensor(values, { dtype: 'float64' }).");
  }
  await compare(f, inputs, eps, tolerance, 'gradient');
  if (order === 1) return;
  await compare((...leaves) => {
    const gradients = grad([weighted(f(...leaves))], leaves, { createGraph: true, allowUnused: true });
    return gradients.map((gradient, i) => (gradient ? weighted(gradient, i) : undefined)).reduce<Tensor>((sum, part) => (part ? sum.add(part) : sum), leaves[0]!.newFull([], 0));
  }, inputs, eps, tolerance, 'second derivative');
}

/** A sum with uneven weights, so that elements cannot stand in for one another. */
function weighted(x: Tensor, salt = 0): Tensor {
  const weights = Float64Array.from({ length: x.numel }, (_, i) => 0.5 + ((i * 7 + salt * 3 + 1) % 11) / 11);
  return x.mul(tensor(weights, { shape: x.shape, device: x.device })).sum();
}

async function compare(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], eps: number, tolerance: number, what: string): Promise<void> {
  const leaves = inputs.map((input) => {
    const leaf = input.detach();
    leaf.requiresGrad = true;
    return leaf;
  });
  const result = recording(true, () => weighted(f(...leaves)));
  const analytic = result.requiresGrad ? grad([result], leaves, { allowUnused: true }) : leaves.map(() => null);
  for (const [i, input] of inputs.entries()) {
    const values = await input.data();
    const found = await analytic[i]?.data();
    const at = async (k: number, step: number) => {
      const moved = Float64Array.from(values);
      moved[k]! += step;
      const operands = inputs.map((other, j) => (j === i ? tensor(moved, { shape: input.shape, device: input.device }) : other.detach()));
      for (const operand of operands) operand.requiresGrad = true;
      return weighted(f(...operands)).item();
    };
    for (let k = 0; k < values.length; k++) {
      const numeric = (await at(k, eps) - await at(k, -eps)) / (2 * eps);
      const exact = found?.[k] ?? 0;
      if (!(Math.abs(exact - numeric) <= tolerance * Math.max(1, Math.abs(numeric)))) {
        fail('gradCheck', `the ${what} of input ${i} ${show(input.shape)} differs at element ${k}: ${exact} by backward, ${numeric} by differences`);
      }
    }
  }
}
