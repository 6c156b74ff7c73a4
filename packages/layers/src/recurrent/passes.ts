/** The two passes of a sweep over time. They ask the device itself: a time costs two calls and no tensors. */
import type { Tensor } from '@nn/tensor';
import { Handle, handle, identity, isContiguous, type View } from '@nn/tensor/trace';
import type { Formula } from './formulas.ts';
import { type Kernel, kernelsOf, type Operand } from './kernels.ts';
import { biasesOf, byGate, projected, type State, type Weights } from './steps.ts';

/** A layer in one direction, its inputs as [times * N, in], and what it starts from. */
export interface Run {
  readonly formula: Formula;
  readonly weights: Weights;
  readonly x: Tensor;
  readonly times: number;
  readonly count: number;
  readonly reverse: boolean;
  readonly start: State;
  readonly lengths: Tensor | undefined;
}

/** Which time it is, and where among all states those before and after it are. */
interface Moment { readonly time: number; readonly before: number; readonly after: number }
const momentOf = ({ times, reverse }: Run, i: number): Moment => (reverse ? { time: times - 1 - i, before: times - i, after: times - 1 - i } : { time: i, before: i, after: i + 1 });

const whole = (x: Tensor): View => x[handle].view('recurrent');
/** Views of the last axes, two of them unless told otherwise, at places of those before. Of a new tensor these are targets, too. */
function places(x: Tensor, rest = 2): (...at: number[]) => View {
  const { storage, offset, bounds, ...all } = whole(x);
  const [shape, strides] = [all.shape.slice(x.ndim - rest), all.strides.slice(x.ndim - rest)];
  return (...at) => ({ storage, shape, strides, offset: at.reduce((sum, place, axis) => sum + place * all.strides[axis]!, offset), bounds });
}
/** A new tensor, its values to be written. */
const fresh = ({ x }: Run, ...shape: number[]): Tensor => x.made(Handle.fresh(x.device, x.dtype, shape));

type Sources = { readonly [K in Operand[0]]?: (which: number, moment: Moment) => View };

/** Computes a kernel at one time. */
function compute({ x: { device }, count, weights: { hh } }: Run, kernel: Kernel, sources: Sources, targets: readonly View[], moment: Moment): void {
  const inputs = kernel.operands.map(([kind, which]) => sources[kind]!(which, moment));
  device.map(kernel.function, inputs, kernel.uniforms.map(() => moment.time), targets, [count, hh.shape[1]!]);
}

/** Where the states of all times are, and the lengths. */
function statesOf({ count, lengths, weights: { hh } }: Run, states: readonly Tensor[]): Sources {
  const all = states.map((state) => places(state));
  const length = lengths && whole(lengths.expand([count, hh.shape[1]!]));
  return { before: (part, { before }) => all[part]!(before), after: (part, { after }) => all[part]!(after), ...(length && { length: () => length }) };
}

/** The outputs, the state at the end, the states of all times with the one at the start, and, where it is recorded, what the backward reads besides. */
export function forwards(run: Run, recorded: boolean): Tensor[] {
  const { formula: { gates, apart }, weights, x: { device, dtype }, times, count, reverse, start, lengths } = run;
  const hidden = weights.hh.shape[1]!;
  const kernels = kernelsOf(run.formula, dtype, lengths !== undefined);
  const [inputBias, ownBias] = biasesOf(weights, apart);
  const input = places(projected(run.x, weights.ih, inputBias, gates).reshape(gates, times, count, hidden));
  const weight = whole(byGate(weights.hh, gates).transpose(1, 2));
  const end = ownBias && { function: kernels.sum, inputs: [whole(byGate(ownBias, gates).unsqueeze(1).expand([gates, count, hidden]))], uniforms: [] };
  const states = start.map(() => fresh(run, times + 1, count, hidden));
  const [state, first] = [states.map((each) => places(each)), reverse ? times : 0];
  start.forEach((each, part) => { device.map(identity(dtype), [whole(each)], [], [state[part]!(first)], [count, hidden]); });
  const product = fresh(run, gates, count, hidden);
  const kept = recorded ? [fresh(run, kernels.kept, times, count, hidden)] : [];
  const [share, keeping] = [places(product), kept.flatMap((all) => Array.from({ length: kernels.kept }, (_, which) => [places(all), which] as const))];
  const sources: Sources = { ...statesOf(run, states), input: (gate, { time }) => input(gate, time), product: (gate) => share(gate) };
  for (let i = 0; i < times; i++) {
    const moment = momentOf(run, i);
    const h = state[0]!(moment.before);
    device.matmul({ ...h, shape: [gates, ...h.shape], strides: [0, ...h.strides] }, weight, whole(product), end);
    compute(run, recorded ? kernels.forward : kernels.alone, sources, [...state.map((at) => at(moment.after)), ...keeping.map(([at, which]) => at(which, moment.time))], moment);
  }
  return [states[0]!.narrow(0, reverse ? 0 : 1, times), ...states.map((each) => each.at(reverse ? 0 : times)), ...states, ...kept];
}

/** From the gradients of the outputs and of the state at the end, and from what was kept, the gradients of all tensors that the run is made of. */
export function backwards(run: Run, [output, ...ends]: readonly (Tensor | undefined)[], results: readonly Tensor[], ofInputs: boolean): (Tensor | undefined)[] {
  const { formula: { gates, apart, parts }, weights, x, times, count, reverse, lengths } = run;
  const { device, dtype } = x;
  const hidden = weights.hh.shape[1]!;
  const { backward: kernel, beside } = kernelsOf(run.formula, dtype, lengths !== undefined);
  const states = results.slice(0, parts);
  // What comes from behind the last time comes by the first gate's product.
  const later = ends[0] ? ends[0].unsqueeze(0).pad([0, 0, 0, 0, 0, gates - 1]).clone() : x.newFull([gates, count, hidden], 0);
  const carried = beside.map((part) => (part > 0 && ends[part]?.clone()) || x.newFull([count, hidden], 0));
  // Turned in memory: products read it along the axis that they add up.
  const weight = whole(byGate(weights.hh, gates).transpose(1, 2).clone().transpose(1, 2));
  const product = fresh(run, gates, times, count, hidden);
  const input = apart ? fresh(run, gates, times, count, hidden) : product;
  const gapless = output && (isContiguous(output[handle].layout) ? output : output.clone());
  const [kept, gradient, arriving] = [places(results[parts]!), places(gapless ?? x.newFull([], 0).expand([times, count, hidden])), places(later)];
  const [share, inputShare, shares] = [places(product), places(input), places(product.transpose(0, 1), 3)];
  const sources: Sources = {
    ...statesOf(run, states), kept: (which, { time }) => kept(which, time),
    output: (_, { time }) => gradient(time), later: (gate) => arriving(gate), beside: (part) => whole(carried[beside.indexOf(part)]!),
  };
  const each = [...Array(gates).keys()];
  for (let i = times - 1; i >= 0; i--) {
    const moment = momentOf(run, i);
    const { time } = moment;
    compute(run, kernel, sources, [...(apart ? each.map((gate) => inputShare(gate, time)) : []), ...each.map((gate) => share(gate, time)), ...carried.map(whole)], moment);
    device.matmul(shares(time), weight, whole(later));
  }
  const flat = (all: Tensor): Tensor => all.reshape(gates, times * count, hidden);
  const ofWeight = (all: Tensor, rows: Tensor, { shape }: Tensor): Tensor => flat(all).transpose(1, 2).matmul(rows.reshape(1, times * count, rows.shape.at(-1)!)).reshape(...shape);
  const ofBias = (all: Tensor): Tensor => flat(all).sum(1).reshape(gates * hidden);
  const starts = Array.from({ length: parts }, (_, part) => [...(part === 0 ? [later.sum(0)] : []), ...(beside.includes(part) ? [carried[beside.indexOf(part)]!] : [])].reduce((a, b) => a.add(b)));
  return [
    ofInputs ? sumOfProducts(flat(input), byGate(weights.ih, gates)) : undefined, ofWeight(input, x, weights.ih), ofWeight(product, states[0]!.narrow(0, reverse ? 1 : 0, times), weights.hh),
    ...(weights.biasIh ? [ofBias(input), ofBias(product)] : []), ...starts, ...(lengths ? [undefined] : []),
  ];
}

const sumOfProducts = (a: Tensor, b: Tensor): Tensor => a.unbind(0).reduce<Tensor | undefined>((sum, each, i) => each.matmul(b.at(i), { bias: sum }), undefined)!;
