/** Cuts a map that binds more inputs or outputs than a device allows into several, with intermediate storages in between. */
import { leavesOf, type Part, part, type ScalarFunction } from '../expr/function.ts';
import { ordered, rewrite, type Scalar } from '../expr/scalar.ts';
import type { Limits } from './interface.ts';

/** One map of a cut function: `inputs` are positions of the original inputs, or, from their number on, earlier intermediates. */
export interface Piece extends Part {
  /** The original roots that it computes; undefined for an intermediate. */
  readonly roots: readonly number[] | undefined;
}

type Room = Pick<Limits, 'inputs' | 'outputs' | 'bindings' | 'uniforms'>;

/** The maps that compute `f` within `room`, in order; a single one, `f` itself, where it fits. */
export function split(f: ScalarFunction, room: Room): readonly Piece[] {
  if (fits(f.inputs.length, f.roots.length, f.uniforms.length, room)) {
    return [{ function: f, inputs: f.inputs.map((_, i) => i), uniforms: f.uniforms.map((_, i) => i), roots: f.roots.map((_, i) => i) }];
  }
  const pieces: Piece[] = [];
  let roots = f.roots;
  let dtypes = f.inputs;
  for (let group = 0; group < roots.length;) {
    let size = Math.min(room.outputs, roots.length - group);
    while (size > 1 && !holds(roots.slice(group, group + size), room)) size--;
    const wide = roots.slice(group, group + size).find((root) => !holds([root], room));
    if (wide) {
      const cut = largestPart(wide, room);
      pieces.push({ ...part([cut], dtypes, f.uniforms), roots: undefined });
      const leaf = cut.table.leaf('input', dtypes.length, cut.dtype);
      dtypes = [...dtypes, cut.dtype];
      roots = rewrite(roots, cut.table, (node) => (node === cut ? leaf : undefined));
      continue;
    }
    pieces.push({ ...part(roots.slice(group, group + size), dtypes, f.uniforms), roots: Array.from({ length: size }, (_, i) => group + i) });
    group += size;
  }
  return pieces;
}

const fits = (inputs: number, outputs: number, uniforms: number, room: Room): boolean =>
  inputs <= room.inputs && outputs <= room.outputs && inputs + outputs <= room.bindings && uniforms <= room.uniforms;

const holds = (roots: readonly Scalar[], room: Room): boolean => fits(leavesOf(roots, 'input').length, roots.length, leavesOf(roots, 'uniform').length, room);

/** The part of `root` that reads most leaves and still fits, so that cutting it out brings the rest closest to fitting. */
function largestPart(root: Scalar, room: Room): Scalar {
  let best: Scalar | undefined;
  let most = 1;
  for (const node of ordered([root])) {
    const count = leavesOf([node], 'input').length + leavesOf([node], 'uniform').length;
    if (node !== root && node.args.length > 0 && count > most && holds([node], room)) [best, most] = [node, count];
  }
  if (!best) throw new Error(`split: an expression of ${leavesOf([root], 'input').length} inputs and ${leavesOf([root], 'uniform').length} uniforms cannot be cut to ${room.inputs} and ${room.uniforms}.`);
  return best;
}
