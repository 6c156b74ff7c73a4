/** The loop: an epoch is batches, then validation, then its end. Everything that a run does is here, in order. */
import { noGrad } from '@nn/autograd';
import type { AnyModule } from '@nn/layers';
import { clipGradNorm, clipGradValue } from '@nn/optim';
import { fail, keep, scope, Tensor } from '@nn/tensor';
import { type AnyTask, type Arguments, call, callAll, callGroup, type Hook, listened } from './callback.ts';
import type { AnyOptimizer } from './configuration.ts';
import { batchesOf, batchSizeOf, type Limit, type Loader, moved } from './loader.ts';
import { LOSS, Pass, type Phase } from './results.ts';
import { Streams, type StreamState } from './streams.ts';
import type { StepOutput } from './task.ts';
import type { Trainer } from './trainer.ts';

/** Where a fit begins: at its start, or where a checkpoint left it. */
export interface Position {
  /** Batches of the epoch that are done. */
  readonly batch: number;
  /** What the epoch has logged so far. */
  readonly journal?: Readonly<Record<string, unknown>>;
  /** The random streams when the epoch began, and now. */
  readonly streams?: { readonly epoch: StreamState; readonly now: StreamState };
}

/** Trains until there is a reason to stop. */
export async function fitLoop(trainer: Trainer, task: AnyTask, trainLoader: Loader<unknown>, valLoader: Loader<unknown> | undefined, from: Position): Promise<void> {
  await call(trainer, task, 'onFitStart');
  if (valLoader && from.batch === 0 && trainer.currentEpoch === 0) await sanityCheck(trainer, task, valLoader);
  await call(trainer, task, 'onTrainStart');
  let position: Position | undefined = from;
  while (!trainer.done) {
    const whole = await trainEpoch(trainer, task, trainLoader, valLoader, position);
    position = undefined;
    if (!whole) break;
    trainer.currentEpoch++;
  }
  await call(trainer, task, 'onTrainEnd');
  await call(trainer, task, 'onFitEnd');
}

/** @returns whether the epoch was finished */
async function trainEpoch(trainer: Trainer, task: AnyTask, loader: Loader<unknown>, valLoader: Loader<unknown> | undefined, from: Position | undefined): Promise<boolean> {
  const pass = new Pass('train');
  const { results } = trainer;
  trainer.measure(loader);
  const batches = trainer.numTrainingBatches;
  const validates = valLoader && trainer.limitValBatches !== 0 && (trainer.currentEpoch + 1) % trainer.checkValEveryNEpoch === 0 ? valLoader : undefined;
  let batchIdx = 0;
  try {
    trainer.pass = pass;
    if (from?.journal) pass.journal.state = from.journal;
    if (from?.streams) trainer.streams.now = from.streams.epoch;
    if (!from?.batch) await call(trainer, task, 'onTrainEpochStart');
    trainer.streams.mark();
    let validated = false;
    for await (const given of loader) {
      if (batchIdx >= batches) break;
      if (from && batchIdx < from.batch) {
        if (++batchIdx === from.batch && from.streams) trainer.streams.now = from.streams.now;
        continue;
      }
      const batch = await moved(given, trainer.device);
      if ((await call(trainer, task, 'onTrainBatchStart', batch, batchIdx)).includes(-1)) break;
      pass.journal.begin(batchIdx + 1, trainer.globalStep + 1, batchSizeOf(batch));
      const outputs = trainStep(trainer, task, batch, batchIdx, pass);
      pass.journal.end();
      trainer.batchesDone = batchIdx + 1;
      if (pass.journal.full) await results.deliver(trainer, task, pass);
      await call(trainer, task, 'onTrainBatchEnd', outputs, batch, batchIdx);
      await trainer.device.relieve();
      batchIdx++;
      validated = false;
      if (trainer.interrupted) break;
      if (validates && trainer.valCheckBatches && batchIdx % trainer.valCheckBatches === 0) {
        await results.deliver(trainer, task, pass);
        await evaluate(trainer, task, validates, 'validate', trainer.limitValBatches);
        validated = true;
      }
      if (trainer.done) break;
    }
    if (batchIdx === 0) fail('fit', 'the loader gave no batch', 'With dropLast, a batch must not be larger than the dataset.');
    await results.settle(trainer, task, pass, false);
    if (trainer.interrupted) {
      trainer.left = { batch: batchIdx, journal: pass.journal.state };
      return false;
    }
    if (validates && !validated) await evaluate(trainer, task, validates, 'validate', trainer.limitValBatches);
    trainer.epochDone = true;
    await callGroup('acting', trainer, task, 'onTrainEpochEnd');
    await results.settle(trainer, task, pass, true);
    await schedule(trainer, trainer.currentEpoch + 1);
    await callGroup('monitoring', trainer, task, 'onTrainEpochEnd');
    return true;
  } finally {
    trainer.epochDone = false;
    trainer.batchesDone = 0;
    trainer.pass = undefined;
    pass.journal.release();
  }
}

/** Forward, backward and, at the end of an accumulation, the optimizer: a scope. */
function trainStep(trainer: Trainer, task: AnyTask, batch: unknown, batchIdx: number, pass: Pass): StepOutput {
  const wanted = listened(trainer.callbacks, task, 'onTrainBatchEnd');
  const { accumulateGradBatches: window, numTrainingBatches } = trainer;
  return scope(() => {
    const outputs = task.trainingStep!(batch, batchIdx);
    if (outputs === null || outputs === undefined) return undefined;
    const loss = lossOf(outputs);
    pass.journal.note('trainingStep', LOSS, loss, { onStep: false, onEpoch: true, progBar: false, logger: false, reduceFx: 'batchMean' });
    if (task.automaticOptimization) {
      const [optimizer] = trainer.optimizers;
      if (optimizer && batchIdx % window === 0) {
        callAll(trainer, task, 'onBeforeZeroGrad', optimizer);
        optimizer.zeroGrad();
      }
      callAll(trainer, task, 'onBeforeBackward', loss);
      (window === 1 ? loss : loss.div(window)).backward();
      callAll(trainer, task, 'onAfterBackward');
      if (optimizer && ((batchIdx + 1) % window === 0 || batchIdx + 1 === numTrainingBatches)) optimize(trainer, task, optimizer);
    } else trainer.globalStep++;
    return wanted ? detached(outputs) : undefined;
  }, 'trainingStep');
}

function optimize(trainer: Trainer, task: AnyTask, optimizer: AnyOptimizer): void {
  callAll(trainer, task, 'onBeforeOptimizerStep', optimizer);
  const { gradientClipVal, gradientClipAlgorithm } = trainer;
  if (gradientClipVal !== undefined) (gradientClipAlgorithm === 'value' ? clipGradValue : clipGradNorm)(task.parameters(), gradientClipVal);
  const step = optimizer.step();
  if (step instanceof Promise) {
    step.catch(() => undefined);
    fail('fit', `${optimizer.constructor.name} evaluates the loss as often as it needs, and has to be waited for`, 'Write its loop: await optimizer.step(closure).');
  }
  trainer.globalStep++;
  for (const { scheduler, interval, frequency = 1, monitor } of trainer.schedulers) {
    if (interval !== 'step' || trainer.globalStep % frequency !== 0) continue;
    if (monitor === undefined) scheduler.step();
    else scheduler.step(monitored(trainer, monitor));
  }
}

function lossOf(outputs: NonNullable<StepOutput>): Tensor {
  if (outputs instanceof Promise) {
    outputs.catch(() => undefined);
    fail('trainingStep', 'it returned a promise', 'Steps do not wait: read values in a hook such as onTrainBatchEnd, or log them.');
  }
  const loss = outputs instanceof Tensor ? outputs : outputs.loss;
  if (!(loss instanceof Tensor)) return fail('trainingStep', `it returned ${typeof outputs === 'object' ? 'an object without a loss' : `a ${typeof outputs}`}`, 'Return the loss, a tensor of one element, or { loss, ... }.');
  return loss;
}

/** For those who look at outputs afterwards: without the graph, which is gone. */
const detached = (outputs: NonNullable<StepOutput>): StepOutput => {
  const detach = <T>(value: T): T => (value instanceof Tensor ? keep(value.detach()) as T : value);
  return outputs instanceof Tensor ? detach(outputs) : { ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, detach(value)])), loss: detach(outputs.loss) };
};

/** Steps the schedulers that follow epochs; those with a monitor get its value. */
async function schedule(trainer: Trainer, epoch: number): Promise<void> {
  for (const { scheduler, interval = 'epoch', frequency = 1, monitor } of trainer.schedulers) {
    if (interval !== 'epoch' || epoch % frequency !== 0) continue;
    await (monitor === undefined ? scheduler.step() : scheduler.step(monitored(trainer, monitor)));
  }
}

/** The value that somebody monitors. @throws where nothing of the name was logged, naming what was */
export function monitored(trainer: Trainer, name: string, operation = 'lrScheduler'): number {
  const value = trainer.callbackMetrics[name];
  if (value !== undefined) return value;
  const names = Object.keys(trainer.callbackMetrics);
  return fail(operation, `nothing called '${name}' was logged`, names.length > 0 ? `There is: ${names.join(', ')}.` : 'Nothing was logged so far: use this.log(name, value) in a step.');
}

type Tell = <H extends Hook>(hook: H, ...rest: Arguments<H>) => Promise<void>;
const words = { validate: 'Validation', test: 'Test', predict: 'Predict' } as const;

/** A pass without learning: in evaluation mode, without recording. What the steps returned, for `predict`. */
export async function evaluate(trainer: Trainer, task: AnyTask, loader: Loader<unknown>, phase: Exclude<Phase, 'train'>, limit: Limit | undefined, quiet = false): Promise<unknown[]> {
  const word = words[phase];
  const step = { validate: task.validationStep, test: task.testStep, predict: task.predictStep }[phase] ?? fail(phase, `${task.typeName} has no ${phase === 'test' ? 'testStep' : 'validationStep'}`, 'Write one.');
  const batches = batchesOf(loader, limit, `limit${word === 'Validation' ? 'Val' : word}Batches`);
  const wanted = phase === 'predict' || (!quiet && listened(trainer.callbacks, task, `on${word}BatchEnd`));
  const modes = new Map<AnyModule, boolean>(task.modules().map((module) => [module, module.training]));
  const before = trainer.pass;
  const pass = new Pass(phase);
  const collected: unknown[] = [];
  let batchIdx = 0;
  const tell: Tell = async (hook, ...rest) => { if (!quiet) await call(trainer, task, hook, ...rest); };
  try {
    trainer.pass = pass;
    task.eval();
    await tell(`on${word}Start`);
    await tell(`on${word}EpochStart`);
    for await (const given of loader) {
      if (batchIdx >= batches) break;
      const batch = await moved(given, trainer.device);
      await tell(`on${word}BatchStart`, batch, batchIdx);
      pass.journal.begin(batchIdx + 1, trainer.globalStep, batchSizeOf(batch));
      const outputs = noGrad(() => scope(() => {
        const result = step.call(task, batch, batchIdx);
        return wanted ? result : undefined;
      }, `${phase}Step`));
      pass.journal.end();
      if (pass.journal.full) await trainer.results.deliver(trainer, task, pass);
      if (phase === 'predict') collected.push(outputs);
      await tell(`on${word}BatchEnd`, outputs, batch, batchIdx);
      await trainer.device.relieve();
      batchIdx++;
      if (trainer.interrupted) break;
    }
    if (quiet) {
      for (const { metric } of pass.metrics.values()) metric.reset();
      return collected;
    }
    if (batchIdx === 0 && batches > 0) fail(phase, 'the loader gave no batch', 'With dropLast, a batch must not be larger than the dataset.');
    await trainer.results.settle(trainer, task, pass, false);
    await tell(`on${word}EpochEnd`);
    await trainer.results.settle(trainer, task, pass, true);
    await tell(`on${word}End`);
    return collected;
  } finally {
    for (const [module, training] of modes) module.training = training;
    trainer.pass = before;
    pass.journal.release();
  }
}

/** A few validation steps, so that a mistake in them shows before the first epoch. They leave no trace: no values, no hooks but their own, no random numbers used. */
async function sanityCheck(trainer: Trainer, task: AnyTask, loader: Loader<unknown>): Promise<void> {
  const batches = Math.min(trainer.numSanityValSteps === -1 ? Infinity : trainer.numSanityValSteps, batchesOf(loader, trainer.limitValBatches, 'limitValBatches'));
  if (batches === 0) return;
  const streams = new Streams(loader);
  const before = streams.now;
  trainer.sanityChecking = true;
  try {
    await call(trainer, task, 'onSanityCheckStart');
    await evaluate(trainer, task, loader, 'validate', Number.isFinite(batches) ? batches : undefined, true);
    await call(trainer, task, 'onSanityCheckEnd');
  } finally {
    trainer.sanityChecking = false;
    streams.now = before;
  }
}
