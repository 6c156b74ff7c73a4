/** Fused updates that differ in what they leave out. */
import { fuse, type Fused, type Scalar } from '@nn/tensor';

type Update = (...args: Scalar[]) => readonly Scalar[];
type Kernel = Fused<readonly Scalar[]>;

/**
 * One kernel for each combination of choices, made when it is first asked for. What an option switches off is left out of the kernel, as PyTorch leaves it out:
 * a term that is multiplied by 0 would make NaN of an infinite parameter.
 */
export function byChoice<Choices extends object>(make: (choices: Choices) => Update): (choices: Choices) => Kernel {
  const made: { readonly choices: Choices; readonly kernel: Kernel }[] = [];
  return (choices) => {
    for (const known of made) if (alike(known.choices, choices)) return known.kernel;
    const kernel = fuse(make(choices));
    made.push({ choices, kernel });
    return kernel;
  };
}

function alike<Choices extends object>(a: Choices, b: Choices): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

/** The gradient that is followed: turned around by `sign` to ascend, and with the L2 penalty where there is one. */
export function followed(gradient: Scalar, p: Scalar, sign: Scalar, decay: Scalar, penalized: boolean): Scalar {
  const g = gradient.mul(sign);
  return penalized ? g.add(p.mul(decay)) : g;
}
