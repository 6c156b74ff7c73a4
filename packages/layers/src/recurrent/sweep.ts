/**
 * A recurrent layer over all times as one step of the recorded graph. The inputs of all times are one product before; then each time is a product of the state and a kernel, which
 * writes beside the results of other times. Backwards each time is a kernel and a product as well, down to the gates; what follows is again a product for all times together.
 */
import { customGradient, grad, isRecording } from '@nn/autograd';
import type { Tensor } from '@nn/tensor';
import { Handle, handle, identity, type View } from '@nn/tensor/trace';
import type { Formula } from './formulas.ts';
import { type Kernel, kernelsOf, type Operand } from './kernels.ts';
import { biasesOf, byGate, projected, type State, unroll, type Unrolled, type Weights } from './steps.ts';

/** A layer in one direction, its inputs as [times * N, in], and what it starts from. */
interface Run {
  readonly formula: Formula;
  readonly weights: Weights;
  readonly x: Tensor;
  readonly times: number;
  readonly count: number;
  readonly reverse: boolean;
  readonly start: State;
  readonly lengths: Tensor | undefined;
}

/** Whether {@link sweep} can do it: without projection, in one dtype that is computed as it is stored, on a device that can write parts of a storage. */
export function sweeps({ hr, ...weights }: Weights, x: Tensor, start: State): boolean {
  const { dtype, device } = x;
  const others = [weights.ih, weights.hh, weights.biasIh, weights.biasHh, ...start];
  return !hr && device.limits.slices && (dtype === 'float32' || dtype === 'float64') && others.every((other) => !other || (other.dtype === dtype && other.device === device));
}

/** What `unroll` does. */
export function sweep(formula: Formula, weights: Weights, x: Tensor, start: State, reverse: boolean, lengths?: Tensor): Unrolled {
  const { parts } = formula;
  const [times, count, size] = x.shape as [number, number, number];
  const biased = weights.biasIh !== null && weights.biasHh !== null;
  const tensors = [x.reshape(times * count, size), weights.ih, weights.hh, ...(biased ? [weights.biasIh, weights.biasHh] : []), ...start, ...(lengths ? [lengths] : [])];
  const runOf = (own: readonly Tensor[]): Run => {
    const [flat, ih, hh, ...rest] = own as [Tensor, Tensor, Tensor, ...Tensor[]];
    const [biasIh, biasHh] = biased ? rest.splice(0, 2) as [Tensor, Tensor] : [null, null];
    return { formula, weights: { ih, hh, biasIh, biasHh, hr: null }, x: flat, times, count, reverse, start: rest.slice(0, parts), lengths: rest[parts] };
  };
  const [recorded, inputs] = [isRecording() && tensors.some(({ requiresGrad }) => requiresGrad), x.requiresGrad];
  const [outputs, ...others] = customGradient({
    name: 'recurrent',
    forward: (...own) => forwards(runOf(own), recorded),
    backward(gradients, own, results) {
      const [arriving, run] = [gradients.slice(0, 1 + parts), runOf(own)];
      return isRecording() ? again(run, arriving, own) : backwards(run, arriving, results.slice(1 + parts), inputs);
    },
  })(...tensors) as [Tensor, ...Tensor[]];
  return { outputs, state: others.slice(0, parts) };
}

/** Gradients that can be differentiated: those of the same in tensor operations. */
function again({ formula, weights, x, times, count, start, reverse, lengths }: Run, arriving: readonly (Tensor | undefined)[], tensors: readonly Tensor[]): (Tensor | undefined)[] {
  const { outputs, state } = unroll(formula, weights, x.reshape(times, count, x.shape[1]!), start, reverse, lengths);
  const reached = [outputs, ...state].flatMap((output, i) => (arriving[i] ? [[output, arriving[i]] as const] : []));
  const wanted = tensors.filter(({ requiresGrad }) => requiresGrad);
  const found = grad(reached.map(([output]) => output), wanted, { gradOutputs: reached.map(([, gradient]) => gradient), createGraph: true, allowUnused: true });
  return tensors.map((tensor) => found[wanted.indexOf(tensor)] ?? undefined);
}

/** Where the values of a time are, and the states before and after it. */
interface Moment { readonly time: number; readonly before: number; readonly after: number }
const momentOf = ({ times, reverse }: Run, i: number): Moment => (reverse ? { time: times - 1 - i, before: times - i, after: times - 1 - i } : { time: i, before: i, after: i + 1 });

/** Views of what is at the given places of a tensor's first axes; new ones are also targets. */
function places(x: Tensor): (...at: number[]) => View {
  const { storage, shape, strides, offset, bounds } = x[handle].view('recurrent');
  return (...at) => ({ storage, shape: shape.slice(at.length), strides: strides.slice(at.length), offset: at.reduce((sum, place, axis) => sum + place * strides[axis]!, offset), bounds });
}

type Sources = { readonly [K in Operand[0]]?: (which: number, moment: Moment) => View };
const operands = (kernel: Kernel, sources: Sources, moment: Moment): View[] => kernel.operands.map(([kind, which]) => sources[kind]!(which, moment));
const uniforms = (kernel: Kernel, { time }: Moment): number[] => kernel.uniforms.map(() => time);

/** A new tensor of no values yet. */
const fresh = ({ x }: Run, ...shape: number[]): Tensor => x.made(Handle.fresh(x.device, x.dtype, shape));
/** The same for all gates. */
const repeated = (view: View, gates: number): View => ({ ...view, shape: [gates, ...view.shape], strides: [0, ...view.strides] });

/** What reads states and lengths. */
function common({ count, lengths }: Run, states: readonly Tensor[]): Sources {
  const all = states.map(places);
  return {
    before: (which, { before }) => all[which]!(before), after: (which, { after }) => all[which]!(after),
    ...(lengths && { length: () => ({ ...lengths[handle].view('recurrent'), shape: [count, states[0]!.shape[2]!], strides: [1, 0] }) }),
  };
}

/** The outputs, the state at the end, the states of all times with the one at the start, and what the backward needs besides. */
function forwards(run: Run, recorded: boolean): Tensor[] {
  const { formula: { gates, apart }, weights, x, times, count, reverse, start, lengths } = run;
  const { device, dtype } = x;
  const kernels = kernelsOf(run.formula, dtype, lengths !== undefined);
  const kernel = recorded ? kernels.forward : kernels.alone;
  const hidden = weights.hh.shape[1]!;
  const [inputBias, ownBias] = biasesOf(weights, apart);
  const input = places(projected(x, weights.ih, inputBias, gates).reshape(gates, times, count, hidden));
  const turned = places(byGate(weights.hh, gates).transpose(1, 2))();
  const end = ownBias && { function: kernels.sum, inputs: [places(byGate(ownBias, gates).unsqueeze(1).expand([gates, count, hidden]))()], uniforms: [] };
  const [own, kept] = [fresh(run, gates, count, hidden), recorded ? fresh(run, kernels.kept, times, count, hidden) : undefined];
  const states = start.map((state) => {
    const all = fresh(run, times + 1, count, hidden);
    device.map(identity(dtype), [state[handle].view('recurrent')], [], [places(all)(reverse ? times : 0)], [count, hidden]);
    return all;
  });
  const [product, all, state] = [places(own), kept && places(kept), states.map(places)];
  const sources: Sources = { ...common(run, states), input: (gate, { time }) => input(gate, time), product: (gate) => product(gate) };
  for (let i = 0; i < times; i++) {
    const moment = momentOf(run, i);
    device.matmul(repeated(state[0]!(moment.before), gates), turned, product(), end);
    const targets = [...state.map((at) => at(moment.after)), ...Array.from({ length: all ? kernels.kept : 0 }, (_, which) => all!(which, moment.time))];
    device.map(kernel.function, operands(kernel, sources, moment), uniforms(kernel, moment), targets, [count, hidden]);
  }
  return [states[0]!.narrow(0, reverse ? 0 : 1, times), ...states.map((each) => each.at(reverse ? 0 : times)), ...states, ...(kept ? [kept] : [])];
}

/** Gradients of all tensors that the run is made of. */
function backwards(run: Run, [output, ...ends]: readonly (Tensor | undefined)[], results: readonly Tensor[], inputs: boolean): (Tensor | undefined)[] {
  const { formula: { gates, apart, parts }, weights, x, times, count, reverse, lengths } = run;
  const { device, dtype } = x;
  const { backward: kernel, beside } = kernelsOf(run.formula, dtype, lengths !== undefined);
  const hidden = weights.hh.shape[1]!;
  const [states, kept] = [results.slice(0, parts), places(results[parts]!)];
  // What comes from behind the last time comes by the first gate.
  const later = ends[0] ? ends[0].unsqueeze(0).pad([0, 0, 0, 0, 0, gates - 1]).clone() : x.newFull([gates, count, hidden], 0);
  const carried = new Map(beside.map((part) => [part, part > 0 && ends[part] ? ends[part].clone() : x.newFull([count, hidden], 0)]));
  const product = fresh(run, gates, times, count, hidden);
  const input = apart ? fresh(run, gates, times, count, hidden) : product;
  const gradient = places(output?.[handle].layout.bounds.length === 0 ? output : output?.clone() ?? x.newFull([], 0).expand([times, count, hidden]));
  const [weight, ofGates, fromLater, carriedAt] = [places(byGate(weights.hh, gates))(), places(product.transpose(0, 1)), places(later), new Map([...carried].map(([part, tensor]) => [part, places(tensor)]))];
  const [inputAt, productAt] = [places(input), places(product)];
  const sources: Sources = {
    ...common(run, states), kept: (which, { time }) => kept(which, time),
    output: (_, { time }) => gradient(time), later: (gate) => fromLater(gate), beside: (part) => carriedAt.get(part)!(),
  };
  const each = [...Array(gates).keys()];
  for (let i = times - 1; i >= 0; i--) {
    const moment = momentOf(run, i);
    const targets = [...(apart ? each.map((gate) => inputAt(gate, moment.time)) : []), ...each.map((gate) => productAt(gate, moment.time)), ...beside.map((part) => carriedAt.get(part)!())];
    device.map(kernel.function, operands(kernel, sources, moment), uniforms(kernel, moment), targets, [count, hidden]);
    device.matmul(ofGates(moment.time), weight, fromLater());
  }
  const flat = (all: Tensor): Tensor => all.reshape(gates, times * count, hidden);
  const before = states[0]!.narrow(0, reverse ? 1 : 0, times).reshape(1, times * count, hidden);
  const ofWeight = (all: Tensor, rows: Tensor, { shape }: Tensor): Tensor => flat(all).transpose(1, 2).matmul(rows).reshape(...shape);
  const ofBias = (all: Tensor): Tensor => flat(all).sum(1).reshape(gates * hidden);
  const [first, ...rest] = Array.from({ length: parts }, (_, part) => carried.get(part));
  return [
    inputs ? ofInputs(flat(input), byGate(weights.ih, gates)) : undefined, ofWeight(input, x.unsqueeze(0), weights.ih), ofWeight(product, before, weights.hh),
    ...(weights.biasIh ? [ofBias(input), ofBias(product)] : []), first ? later.sum(0).add(first) : later.sum(0), ...rest, ...(lengths ? [undefined] : []),
  ];
}

/** The sum over gates of `[N, hidden] x [hidden, in]`. */
const ofInputs = (gates: Tensor, weights: Tensor): Tensor =>
  gates.unbind(0).reduce<Tensor | undefined>((bias, gate, i) => gate.matmul(weights.at(i), { bias }), undefined)!;
