/** A network in two parts: convolutions, which see what is of use elsewhere too, and dense layers, which know their own classes. */
import { createHash } from 'node:crypto';
import { Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential } from '@nn/layers';
import type { Tensor } from '@nn/tensor';

export class Net extends Module {
  static override readonly typeName = 'Net';
  readonly features: Sequential;
  readonly head: Sequential;

  /** @param side of an image, [N, 1, side, side] */
  constructor(side: number, classes: number) {
    super();
    const left = Math.floor(Math.floor(side / 2) / 2);
    this.features = new Sequential(
      new Conv2d(1, 16, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2),
      new Conv2d(16, 32, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Flatten(),
    );
    this.head = new Sequential(new Linear(32 * left * left, 64), new ReLU(), new Linear(64, classes));
  }

  forward(x: Tensor): Tensor { return this.head.forward(this.features.forward(x)); }
}

/** A fingerprint of all bits of a module's state. */
export async function fingerprint(module: Module): Promise<string> {
  const hash = createHash('sha256');
  for (const value of Object.values(module.stateDict())) {
    const { buffer, byteOffset, byteLength } = await value.data();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex').slice(0, 12);
}
