/** How a product is computed: which operand gives the lanes of the tiles, what is packed, and in which parts. By shapes and strides; results do not depend on it. */
import { cut } from './cut.ts';
import { BLOCK_BYTES, BLOCK_DEPTH, LANE_BYTES, ROW_BYTES } from './gemm.ts';
import { COLUMNS } from './tile.ts';

/** An operand as the product walks it: strides in elements, along its own axis and along the inner one. */
export interface Side { readonly size: number; readonly stride: number; readonly inner: number }

export interface ProductPlan {
  /** Whether the rows of the result are lanes: it is computed turned. */
  readonly turned: boolean;
  /** Whether rows of tiles are packed, whether they are kept for other chunks, and whether all lanes of a chunk are packed at once, for all of the inner axis. */
  readonly pack: boolean;
  readonly keep: boolean;
  readonly whole: boolean;
  readonly chunkRows: number;
  readonly chunkLanes: number;
  readonly depth: number;
  /** Parts of the inner axis, each `depth` long, whose sums are computed apart and added up then; 1 where they are not. */
  readonly apart: number;
}

/** Multiply-adds of a chunk: seven to thirty microseconds, the less the smaller the product, so that threads end it at nearly the same time. */
const LEAST_WORK = 200_000;
const MOST_WORK = 800_000;
const CHUNKS = 64;
/** Multiply-adds of a whole product below which one chunk does it. */
export const SMALL = 1 << 18;
const MOST_LANES = 1024;
/** Rows that are all of one chunk. */
const FEW = 96;
/** Most parts of the inner axis that are computed apart. */
const MOST_APART = 8;

/** `own` says which operand has to give the lanes, where one has. */
export function planProduct(a: Side, b: Side, inner: number, tile: number, own?: 'a' | 'b'): ProductPlan {
  const turned = own ? own === 'a' : cost(b, a, inner) + a.size * b.size < cost(a, b, inner);
  const [rows, lanes] = turned ? [b, a] : [a, b];
  const depth = depthOf(inner);
  const fitting = Math.floor(LANE_BYTES / 4 / inner) & -COLUMNS;
  const whole = fitting >= 64 || fitting >= lanes.size;
  const most = Math.min(whole ? fitting : Math.floor(LANE_BYTES / 4 / depth) & -COLUMNS, MOST_LANES);
  const total = rows.size * lanes.size * inner;
  const small = total <= SMALL;
  const work = Math.min(Math.max(LEAST_WORK, total / CHUNKS), MOST_WORK);
  const few = rows.size <= FEW;
  const apart = own ? 1 : partsApart(rows, lanes, inner);
  const reach = Math.ceil(inner / apart);
  const wanted = few && !small ? Math.max(64, work / (rows.size * reach)) : most;
  const chunkLanes = Math.min(cut(lanes.size, Math.min(wanted, most), COLUMNS), most);
  const fair = small ? rows.size : Math.max(4 * tile, work / (chunkLanes * reach));
  const limit = turned ? Math.max(tile, Math.floor(BLOCK_BYTES / 4 / ((chunkLanes + COLUMNS - 1) & -COLUMNS) / tile) * tile) : Infinity;
  const chunkRows = Math.min(cut(rows.size, few ? rows.size : fair, 1), limit);
  const pack = packed(rows, lanes.size) && !(rows.stride === 1 && chunkLanes <= 64);
  const keep = pack && chunkRows === rows.size && chunkLanes < lanes.size && 4 * rows.size * (apart === 1 ? inner : depth) <= ROW_BYTES;
  return { turned, whole, depth, apart, chunkLanes, chunkRows, pack, keep };
}

/** Inner elements that are added up in registers: equal parts, a multiple of 4 for the packing. */
export const depthOf = (inner: number): number => (Math.ceil(inner / Math.ceil(inner / BLOCK_DEPTH)) + 3) & ~3;

/**
 * In how many parts the inner axis is added up, each of them {@link depthOf} long. Several where few rows meet the rows of a large matrix that lie one behind the other, as a layer's weights do where
 * the gradient of its input is computed: a thread is left the rows that it computes with elsewhere.
 */
export function partsApart(rows: Side, lanes: Side, inner: number): number {
  const parts = Math.ceil(inner / depthOf(inner));
  return rows.size <= FEW && rows.size * lanes.size * inner > SMALL && lanes.stride === 1 && lanes.inner !== 1 && parts <= MOST_APART ? parts : 1;
}

/** Rows are read where they lie if their elements follow each other, or they do, and few panels need them. */
const packed = ({ inner, stride }: Side, lanes: number): boolean => (inner !== 1 && (stride !== 1 || lanes > 2 * COLUMNS)) || lanes > 16 * COLUMNS;

/** Cycles, roughly. */
function cost(rows: Side, lanes: Side, inner: number): number {
  const computing = Math.max(rows.size, 4) * Math.ceil(lanes.size / COLUMNS);
  const packing = lanes.size * (lanes.stride === 1 ? 0.5 : lanes.inner === 1 ? 1.5 : 2.5) + (packed(rows, lanes.size) ? 0.7 * rows.size : 0);
  return inner * (computing + packing);
}
