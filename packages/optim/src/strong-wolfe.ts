/** A line search: a step after which the value is enough lower and the slope enough flatter. */

/** The function on a line, at a distance of `t`: value, gradient, and slope along the line. */
export interface Point {
  readonly t: number;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly slope: number;
}

/** The share of the expected decrease that is asked for, and of the slope that may remain. */
const [DECREASE, FLATTER] = [1e-4, 0.9];
const MOST = 25;

/**
 * Source: Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6, with cubic interpolation (3.59), and PyTorch's safeguards
 * (torch.optim.LBFGS): a bracket grows at most tenfold, and no new point is within a tenth of a bracket's ends twice.
 *
 * @param at evaluates a point
 * @param start the point at t = 0
 * @param t the first step to try
 * @param size the largest element of the direction
 * @returns the point found, and how many were evaluated
 */
export async function strongWolfe(at: (t: number) => Promise<Point>, start: Point, t: number, size: number, tolerance: number): Promise<{ point: Point; evaluations: number }> {
  const tooHigh = ({ t: distance, value }: Point) => value > start.value + DECREASE * distance * start.slope;
  const flat = ({ slope }: Point) => Math.abs(slope) <= -FLATTER * start.slope;

  // Go out until a bracket holds such a point.
  let [last, point] = [start, await at(t)];
  let tries = 0;
  let bracket: [Point, Point] | undefined;
  for (; tries < MOST; tries++) {
    if (tooHigh(point) || (tries > 1 && point.value >= last.value)) bracket = [last, point];
    else if (flat(point)) return { point, evaluations: tries + 1 };
    else if (point.slope >= 0) bracket = [last, point];
    if (bracket) break;
    const next = minimumOfCubic(last, point, [point.t + 0.01 * (point.t - last.t), point.t * 10]);
    [last, point] = [point, await at(next)];
  }
  bracket ??= [start, point];

  // Narrow it.
  let low = bracket[0].value <= bracket[1].value ? 0 : 1;
  let slow = false;
  let done = false;
  while (!done && tries < MOST && Math.abs(bracket[1].t - bracket[0].t) * size >= tolerance) {
    let next = minimumOfCubic(bracket[0], bracket[1]);
    const [least, most] = [Math.min(bracket[0].t, bracket[1].t), Math.max(bracket[0].t, bracket[1].t)];
    const margin = 0.1 * (most - least);
    const near = Math.min(most - next, next - least) < margin;
    if (near && (slow || next >= most || next <= least)) {
      next = Math.abs(next - most) < Math.abs(next - least) ? most - margin : least + margin;
      slow = false;
    } else slow = near;

    point = await at(next);
    tries++;
    const high = 1 - low;
    if (tooHigh(point) || point.value >= bracket[low]!.value) {
      bracket[high] = point;
      low = bracket[0].value <= bracket[1].value ? 0 : 1;
    } else {
      done = flat(point);
      if (!done && point.slope * (bracket[high]!.t - bracket[low]!.t) >= 0) bracket[high] = bracket[low]!;
      bracket[low] = point;
    }
  }
  return { point: bracket[low]!, evaluations: tries + 1 };
}

/** Where the cubic through two values with their slopes is lowest; the middle where it has no minimum. */
function minimumOfCubic(a: Point, b: Point, [least, most]: [number, number] = [Math.min(a.t, b.t), Math.max(a.t, b.t)]): number {
  const [x, y] = a.t <= b.t ? [a, b] : [b, a];
  const d1 = x.slope + y.slope - 3 * (x.value - y.value) / (x.t - y.t);
  const square = d1 ** 2 - x.slope * y.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const t = y.t - (y.t - x.t) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2));
  return Math.min(Math.max(t, least), most);
}
