/** The rates and momenta of each step, against PyTorch's. */
import { tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/schedules.json' with { type: 'json' };
import * as optim from '../src/index.ts';
import { Adam, type LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleStateDict, SGD } from '../src/index.ts';

interface Schedule { step(metric?: number): void; getLastLr(): number[]; stateDict(): ScheduleStateDict; loadStateDict(dict: ScheduleStateDict): void }
type Part = [name: string, args: unknown[], options: object];

function make(name: string, optimizer: Scheduled, args: readonly unknown[], options: object): Schedule {
  const Class = (Object.entries(optim).find(([key]) => key === name)![1]) as unknown as new (...args: unknown[]) => Schedule;
  if (name === 'LambdaLR' || name === 'MultiplicativeLR') return new Class(optimizer, [(epoch: number) => 0.95 ** epoch, (epoch: number) => 1 / (1 + epoch / 10)]);
  if (name === 'SequentialLR' || name === 'ChainedScheduler') {
    const parts = (args[0] as Part[]).map((part) => make(part[0], optimizer, part[1], part[2]) as unknown as LRScheduler);
    return name === 'SequentialLR' ? new Class(optimizer, parts, args[1]) : new Class(parts);
  }
  return new Class(optimizer, ...args, options);
}

function optimizerOf(options: { momentum?: number; betas?: number[] }): Scheduled {
  const groups = [0.5, 0.2].map((lr) => ({ params: [tensor([0], { requiresGrad: true })], lr }));
  return 'betas' in options ? new Adam(groups, options as object) : new SGD(groups, options);
}

const metricOf = (name: string) => (step: number) => (name === 'ReduceLROnPlateau' ? fixture.metric[step] : undefined);
const groupsOf = (optimizer: Scheduled) => optimizer.paramGroups as readonly ScheduledGroup[];
const close = (found: readonly number[], expected: readonly number[]) => expected.every((value, i) => Math.abs(found[i]! - value) <= 1e-11 * Math.abs(value) + 1e-15);

describe('every step follows PyTorch', () => {
  for (const { schedule: name, args, options, optimizer: given, rates, momenta } of fixture.runs) {
    it(`${name} ${JSON.stringify([...args, options])}`, () => {
      const optimizer = optimizerOf(given);
      const schedule = make(name, optimizer, args, options);
      rates.forEach((expected, step) => {
        const now = groupsOf(optimizer).map(({ lr }) => lr);
        expect(close(now, expected), `step ${step}: ${String(now)} instead of ${String(expected)}`).toBe(true);
        expect(schedule.getLastLr()).toEqual(now);
        const { momentum, betas } = groupsOf(optimizer)[1]!;
        expect(close([momentum ?? betas![0]], momenta.slice(step, step + 1))).toBe(true);
        if (step < 59) schedule.step(metricOf(name)(step));
      });
    });

    it(`${name} goes on from its state`, () => {
      const [first, second] = [optimizerOf(given), optimizerOf(given)];
      const schedule = make(name, first, args, options);
      const metric = metricOf(name);
      for (let step = 0; step < 13; step++) schedule.step(metric(step));
      const other = make(name, second, args, options);
      other.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())) as ScheduleStateDict);
      groupsOf(second).forEach((group, i) => {
        const { lr, momentum, betas, initialLr } = groupsOf(first)[i]!;
        Object.assign(group, { lr, initialLr }, momentum === undefined ? { betas } : { momentum });
      });
      for (let step = 13; step < 40; step++) {
        schedule.step(metric(step));
        other.step(metric(step));
        expect(groupsOf(second).map(({ lr }) => lr)).toEqual(groupsOf(first).map(({ lr }) => lr));
      }
    });
  }
});

describe('schedules', () => {
  it('jump by their formulas, and give rates of a custom schedule', () => {
    for (const make of [
      (o: Scheduled) => new optim.StepLR(o, 3), (o: Scheduled) => new optim.InverseTimeDecay(o, 0.1), (o: Scheduled) => new optim.CosineAnnealingLR(o, 20),
      (o: Scheduled) => new optim.LinearLR(o, { totalIters: 20 }), (o: Scheduled) => new optim.PolynomialLR(o, { totalIters: 20 }), (o: Scheduled) => new optim.MultiStepLR(o, [3, 9]),
      (o: Scheduled) => new optim.CosineAnnealingWarmRestarts(o, 3, { tMult: 2 }), (o: Scheduled) => new optim.ConstantLR(o), (o: Scheduled) => new optim.ExponentialLR(o, 0.9),
    ]) {
      const [walked, jumped] = [optimizerOf({}), optimizerOf({})];
      const [a, b] = [make(walked), make(jumped)];
      for (let i = 0; i < 10; i++) a.step();
      b.step(10);
      expect(close(b.getLastLr(), a.getLastLr())).toBe(true);
    }
  });

  it('decay by 1 / (1 + k s)', () => {
    const schedule = new optim.InverseTimeDecay(optimizerOf({}), 0.5);
    for (let i = 0; i < 4; i++) schedule.step();
    expect(close(schedule.getLastLr(), [0.5 / 3, 0.2 / 3])).toBe(true);
  });

  it('ramp the momentum and leave the rate', () => {
    const optimizer = optimizerOf({ momentum: 0.9 });
    const schedule = new optim.MomentumRamp(optimizer, { totalIters: 2 });
    const momenta = [0, 1, 2].map(() => {
      const { momentum } = groupsOf(optimizer)[0]!;
      schedule.step();
      return momentum!;
    });
    expect(close(momenta, [0.5, 0.745, 0.99])).toBe(true);
    expect(schedule.getLastLr()).toEqual([0.5, 0.2]);
  });

  it('multiply on one optimizer', () => {
    const optimizer = optimizerOf({});
    const [a, b] = [new optim.ExponentialLR(optimizer, 0.5), new optim.StepLR(optimizer, 2)];
    for (let i = 0; i < 2; i++) [a, b].forEach((schedule) => { schedule.step(); });
    expect(close(b.getLastLr(), [0.5 * 0.25 * 0.1, 0.2 * 0.25 * 0.1])).toBe(true);
  });

  it('have states in PyTorch\'s layout', () => {
    expect(new optim.CosineAnnealingWarmRestarts(optimizerOf({}), 5).stateDict()).toEqual({ T_0: 5, T_mult: 1, eta_min: 0, T_i: 5, T_cur: 0, base_lrs: [0.5, 0.2], last_epoch: 0, _step_count: 1, _last_lr: [0.5, 0.2] });
    expect(new optim.LambdaLR(optimizerOf({}), () => 1).stateDict()).toMatchObject({ lr_lambdas: [null, null] });
  });

  it('say what is wrong', () => {
    const optimizer = optimizerOf({});
    expect(() => new optim.StepLR(optimizer, 3, { lastEpoch: 4 })).toThrow('StepLR: lastEpoch is 4, and a group has no initialLr. Load the state of the optimizer first.');
    expect(() => new optim.LambdaLR(optimizer, [() => 1])).toThrow('LambdaLR: lrLambda has 1 values, the optimizer 2 groups. Give one for each group, or one for all.');
    expect(() => new optim.LinearLR(optimizer, { startFactor: 0 })).toThrow('LinearLR: startFactor is 0.');
    expect(() => new optim.OneCycleLR(optimizer, 0.1)).toThrow('OneCycleLR: the number of steps is missing. Give totalSteps, or epochs and stepsPerEpoch.');
    expect(() => new optim.CosineAnnealingWarmRestarts(optimizer, 0)).toThrow('CosineAnnealingWarmRestarts: t0 is 0. Use a whole number above 0.');
    expect(() => new optim.ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow('ReduceLROnPlateau: factor is 1. Use a number below 1.');
    expect(() => new optim.SequentialLR(optimizer, [new optim.StepLR(optimizer, 3)], [3])).toThrow('SequentialLR: there are 1 milestones and 1 schedulers.');
    const cycle = new optim.OneCycleLR(optimizer, 0.1, { totalSteps: 2 });
    cycle.step();
    cycle.step();
    expect(() => { cycle.step(); }).toThrow('OneCycleLR.step: this is step 3 of 2.');
    class NoMomentum extends optim.Optimizer<{ lr: number }> { protected update(): void { /* nothing */ } }
    expect(() => new optim.CyclicLR(new NoMomentum([tensor([1])], { lr: 1 }), 0.1, 1)).toThrow('CyclicLR: the optimizer has no momentum to change. Pass cycleMomentum: false.');
  });
});
