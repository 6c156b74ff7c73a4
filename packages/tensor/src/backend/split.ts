/** Cuts a map that binds more inputs or outputs than a device allows into several, with intermediate storages in between. */
import { ScalarFunction } from '../expr/function.ts';
import { ordered, rewrite, type Scalar, Table } from '../expr/scalar.ts';
import type { Limits } from './interface.ts';

/** One map of a cut function: `inputs` are positions of the original inputs, or, from their number on, earlier intermediates. */
export interface Piece {
  readonly function: ScalarFunction;
  readonly inputs: readonly number[];
  readonly uniforms: readonly number[];
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
      pieces.push(piece(f, dtypes, [cut], undefined));
      const leaf = cut.table.leaf('input', dtypes.length, cut.dtype);
      dtypes = [...dtypes, cut.dtype];
      roots = rewrite(roots, cut.table, (node) => (node === cut ? leaf : undefined));
      continue;
    }
    pieces.push(piece(f, dtypes, roots.slice(group, group + size), Array.from({ length: size }, (_, i) => group + i)));
    group += size;
  }
  return pieces;
}

const fits = (inputs: number, outputs: number, uniforms: number, room: Room): boolean =>
  inputs <= room.inputs && outputs <= room.outputs && inputs + outputs <= room.bindings && uniforms <= room.uniforms;

const leaves = (roots: Iterable<Scalar>, kind: 'input' | 'uniform'): number[] =>
  ordered(roots).filter((node) => node.op === kind).map((node) => node.value).sort((a, b) => a - b);

const holds = (roots: readonly Scalar[], room: Room): boolean => fits(leaves(roots, 'input').length, roots.length, leaves(roots, 'uniform').length, room);

/** The part of `root` that reads most inputs and still fits, so that cutting it out brings the rest closest to fitting. */
function largestPart(root: Scalar, room: Room): Scalar {
  let best: Scalar | undefined;
  let most = 1;
  for (const node of ordered([root])) {
    const count = leaves([node], 'input').length;
    if (node !== root && node.args.length > 0 && count > most && holds([node], room)) [best, most] = [node, count];
  }
  if (!best) throw new Error(`split: an expression of ${leaves([root], 'input').length} inputs cannot be cut to ${room.inputs}.`);
  return best;
}

function piece(f: ScalarFunction, dtypes: ScalarFunction['inputs'], roots: readonly Scalar[], of: readonly number[] | undefined): Piece {
  const inputs = leaves(roots, 'input');
  const uniforms = leaves(roots, 'uniform');
  const table = new Table();
  const own = rewrite(roots, table, (node) =>
    node.op === 'input' ? table.leaf('input', inputs.indexOf(node.value), node.dtype)
      : node.op === 'uniform' ? table.leaf('uniform', uniforms.indexOf(node.value), node.dtype) : undefined);
  return { function: new ScalarFunction(own, inputs.map((i) => dtypes[i]!), uniforms.map((i) => f.uniforms[i]!)), inputs, uniforms, roots: of };
}
