/** How a product of matrices is cut. All tiles add along the inner axis one by one, from the first on, so their results agree to the bit. */

/** A workgroup of `down` x `across` threads, `own` x `own` results each. */
export interface Tile {
  readonly down: number;
  readonly across: number;
  readonly own: 1 | 4 | 8;
  /** Operands are staged in workgroup memory, in strips of so many inner elements; 0: each thread reads what it needs itself, which suits processors with caches and slow barriers. */
  readonly depth: 0 | 8 | 16;
}

const tile = (side: number, own: Tile['own'], depth: Tile['depth']): Tile => ({ down: side, across: side, own, depth });

const tiles = {
  single: tile(8, 1, 8),
  tall: { down: 16, across: 4, own: 4, depth: 16 },
  small: tile(8, 4, 16),
  medium: tile(16, 4, 16),
  narrow: tile(4, 8, 8),
  wide: tile(8, 8, 16),
  large: tile(16, 8, 8),
  unstaged: tile(8, 4, 0),
  wideUnstaged: tile(8, 8, 0),
  narrowUnstaged: tile(4, 8, 0),
} as const satisfies { readonly [name: string]: Tile };

export const height = ({ down, own }: Tile): number => down * own;
export const breadth = ({ across, own }: Tile): number => across * own;
/** Workgroup memory that a tile takes, in bytes. */
const stripBytes = (of: Tile): number => 4 * of.depth * (height(of) + breadth(of));

/** Workgroups that keep a GPU busy. */
const BUSY = 128;

/** The tile for a product unless something is measured: the largest of which there are many, and that is not mostly outside of the result. */
export function usualTile(batch: number, rows: number, columns: number): Tile {
  if (rows <= 8 || columns <= 4) return tiles.single;
  if (columns <= 16) return rows * batch >= 16 * BUSY ? tiles.tall : tiles.single;
  const count = (of: Tile) => batch * Math.ceil(rows / height(of)) * Math.ceil(columns / breadth(of));
  if (count(tiles.wide) >= BUSY) return tiles.wide;
  return count(tiles.small) >= 4 ? tiles.small : tiles.single;
}

/** Tiles worth measuring for a product, of those that the adapter can run. */
export function candidates(rows: number, columns: number, limits: Pick<GPUSupportedLimits, 'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupStorageSize'>): Tile[] {
  const { maxComputeInvocationsPerWorkgroup: threads, maxComputeWorkgroupStorageSize: bytes } = limits;
  return [tiles.small, tiles.medium, tiles.narrow, tiles.wide, tiles.large, tiles.unstaged, tiles.narrowUnstaged, tiles.wideUnstaged].filter((of) =>
    of.down * of.across <= threads && stripBytes(of) <= bytes && height(of) < 2 * rows && breadth(of) < 2 * columns);
}

const SPAN = 256;

/** Into how many parts the inner axis is cut, so that few results of long sums are many workgroups' work. Depends on shapes only. */
export function innerSpans(batch: number, rows: number, inner: number, columns: number): number {
  const count = batch * Math.ceil(rows / height(tiles.small)) * Math.ceil(columns / breadth(tiles.small));
  return count * 8 > BUSY || inner < 4 * SPAN ? 1 : Math.min(Math.floor(inner / SPAN), Math.ceil(BUSY / count));
}
