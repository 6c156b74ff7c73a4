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
  if (name === 'LambdaLR' || name === 'MultiplicativeLR') return new Class(optimizer, [(epoch: number) => 0.95 ** epoch, (epoch: number) => 1 / (1 + epoch / 10)], options);
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

describe('resumed ones and jumps follow PyTorch', () => {
  for (const { schedule: name, args, options, lastEpoch, epochs, rates } of fixture.jumps) {
    it(`${name} ${JSON.stringify([...args, options])} from ${lastEpoch}`, () => {
      const firsts = lastEpoch >= 0 ? [{ initialLr: 0.6 }, { initialLr: 0.3 }] : [];
      const optimizer = new SGD([0.5, 0.2].map((lr, i) => ({ params: [tensor([0], { requiresGrad: true })], lr, ...firsts[i] })));
      const schedule = make(name, optimizer, args, { ...options, lastEpoch }) as unknown as LRScheduler;
      rates.forEach((expected, i) => {
        if (i > 0) schedule.step(epochs[i - 1] ?? undefined);
        expect(close(optimizer.paramGroups.map(({ lr }) => lr), expected), `step ${i}: ${String(optimizer.paramGroups.map(({ lr }) => lr))} instead of ${String(expected)}`).toBe(true);
      });
    });
  }
});

describe('schedules', () => {
  it('reduce on a plateau by a tensor too, from a state through JSON, and by the rates of the last step', () => {
    const [first, second] = [optimizerOf({}), optimizerOf({})];
    const [schedule, other] = [new optim.ReduceLROnPlateau(first, { patience: 0 }), new optim.ReduceLROnPlateau(second, { patience: 0 })];
    other.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())) as ScheduleStateDict);
    for (const plateau of [schedule, other]) for (const metric of [1, NaN]) plateau.step(tensor(metric), 5);
    expect(groupsOf(first).map(({ lr }) => lr)).toEqual([0.05, 0.2 * 0.1]);
    expect(groupsOf(second)).toEqual(groupsOf(first).map((group, i) => ({ ...group, params: (second.paramGroups[i] as { params: unknown }).params })));
    groupsOf(first)[0]!.lr = 1;
    expect(schedule.getLastLr()).toEqual([0.05, 0.2 * 0.1]);
    expect([schedule.lastEpoch, new optim.ReduceLROnPlateau(first).getLastLr()]).toEqual([5, [1, 0.2 * 0.1]]);
  });

  it('take up groups that are added later, where the formula needs no first rate', () => {
    const later = (make: (optimizer: Scheduled) => LRScheduler) => {
      const optimizer = new SGD([tensor([0])], { lr: 1, momentum: 0.5 });
      const schedule = make(optimizer);
      optimizer.addParamGroup({ params: [tensor([0])], lr: 2 });
      schedule.step();
      return [...groupsOf(optimizer).map(({ lr }) => lr), groupsOf(optimizer)[1]!.momentum];
    };
    expect(later((o) => new optim.ExponentialLR(o, 0.5))).toEqual([0.5, 1, 0.5]);
    expect(later((o) => new optim.LambdaLR(o, (epoch) => 1 / (1 + epoch)))).toEqual([0.5, 2, 0.5]);
    expect(later((o) => new optim.MultiplicativeLR(o, () => 0.5))).toEqual([0.5, 2, 0.5]);
    expect(later((o) => new optim.CyclicLR(o, 1, 2, { stepSizeUp: 1 }))).toEqual([2, 2, 0.5]);
    expect(() => later((o) => new optim.OneCycleLR(o, 1, { totalSteps: 10 }))).toThrow('OneCycleLR: a group has no maxMomentum.');
    expect(() => later((o) => new optim.SWALR(o, 1))).toThrow('SWALR: a group has no swaLr.');
  });

  it('nest: a sequence in a sequence begins when its turn comes', () => {
    const optimizer = optimizerOf({});
    const inner = () => new optim.SequentialLR(optimizer, [new optim.ConstantLR(optimizer, { factor: 0.5, totalIters: 9 }), new optim.ExponentialLR(optimizer, 0.1)], [2]);
    const schedule = new optim.SequentialLR(optimizer, [inner(), inner()], [3]);
    const rates = Array.from({ length: 7 }, () => {
      const { lr } = groupsOf(optimizer)[0]!;
      schedule.step();
      return lr;
    });
    expect(close(rates, [0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.05])).toBe(true);
  });

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
    const steps = new optim.MultiStepLR(optimizerOf({}), [1]);
    steps.loadStateDict({ ...steps.stateDict(), milestones: { 9: 1, 3: 2 } }); // as PyTorch counts them
    expect(steps.stateDict()['milestones']).toEqual([3, 3, 9]);
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
    const [step, none] = [new optim.StepLR(optimizerOf({}), 3), new optim.StepLR(optimizer, 3)];
    expect(() => new optim.SequentialLR(optimizer, [none, step], [3])).toThrow('SequentialLR: scheduler 1 is of another optimizer. Make all of them for one.');
    expect(() => new optim.ChainedScheduler([none, step])).toThrow('ChainedScheduler: scheduler 1 is of another optimizer.');
    expect(() => new optim.ChainedScheduler([])).toThrow('ChainedScheduler: there are no schedulers.');
    expect(() => new optim.StepLR({} as Scheduled, 3)).toThrow('StepLR: it was given no optimizer. Pass the optimizer first.');
    expect(() => new optim.SWALR(optimizer, 1, { annealStrategy: 'exp' as 'cos' })).toThrow("SWALR: annealStrategy is exp. Use 'cos' or 'linear'.");
    expect(() => new optim.SWALR(optimizer, 1, { annealEpochs: -1 })).toThrow('SWALR: annealEpochs is -1.');
    expect(() => new optim.OneCycleLR(optimizer, 1, { totalSteps: 10, pctStart: 0.1 })).toThrow('OneCycleLR: phase 1 of 2 has no steps.');
    expect(() => { new optim.LinearLR(optimizer, { totalIters: 0 }).step(2); }).toThrow('LinearLR.step: there is no rate for epoch 2.');
    expect(() => { new optim.ConstantLR(optimizer, { factor: 0, totalIters: 1 }).step(); }).toThrow('ConstantLR.step: the factor is 0.');
    const cycle = new optim.OneCycleLR(optimizer, 0.1, { totalSteps: 2 });
    cycle.step();
    cycle.step();
    expect(() => { cycle.step(); }).toThrow('OneCycleLR.step: this is step 3 of 2.');
    class NoMomentum extends optim.Optimizer<{ lr: number }> { protected update(): void { /* nothing */ } }
    expect(() => new optim.CyclicLR(new NoMomentum([tensor([1])], { lr: 1 }), 0.1, 1)).toThrow('CyclicLR: the optimizer has no momentum to change. Pass cycleMomentum: false.');
  });
});
