/** What the network says of every held-out image. */
import { noGrad } from '@nn/autograd';
import type { DataLoader } from '@nn/data';
import type { Module } from '@nn/layers';
import { fail, scope } from '@nn/tensor';

export interface Mistake { readonly image: number; readonly truth: number; readonly said: number }

export interface Examination {
  /** Share of the images that it gets right. */
  readonly accuracy: number;
  /** `confusion[truth][said]` */
  readonly confusion: readonly (readonly number[])[];
  /** By their place in the loader's order. */
  readonly mistakes: readonly Mistake[];
}

/** @param loader in the order of its dataset */
export async function examine(model: Module, loader: DataLoader, classes: number): Promise<Examination> {
  if (loader.dataset.length === 0) fail('examine', 'no image is held out');
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  let image = 0;
  const before = model.training;
  model.eval();
  for await (const [inputs, labels] of loader) {
    const said = scope(() => noGrad(() => model.forward(inputs).argmax(1)));
    const [saids, truths] = [await said.data(), await labels.data()];
    for (const [i, truth] of truths.entries()) {
      confusion[truth]![saids[i]!]!++;
      if (saids[i] !== truth) mistakes.push({ image, truth, said: saids[i]! });
      image++;
    }
  }
  model.train(before);
  return { accuracy: 1 - mistakes.length / image, confusion, mistakes };
}
