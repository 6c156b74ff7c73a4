/** Writes idx files for tests. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const temporary = (): string => mkdtempSync(join(tmpdir(), 'nn-app-'));

/** The bytes of an idx file of unsigned bytes. */
export function idx(shape: readonly number[], data: ArrayLike<number> = new Uint8Array(shape.reduce((a, b) => a * b, 1))): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** A folder with small Fashion-MNIST files: 40 and 20 images, with some of the files replaced (null: left out). */
export function fashionFolder(replaced: Readonly<Record<string, Uint8Array | null>> = {}): string {
  const classes = (n: number) => Uint8Array.from({ length: n }, (_, i) => i % 10);
  const files: Record<string, Uint8Array | null> = {
    'train-images-idx3-ubyte': idx([40, 28, 28]), 'train-labels-idx1-ubyte': idx([40], classes(40)),
    't10k-images-idx3-ubyte': idx([20, 28, 28]), 't10k-labels-idx1-ubyte': idx([20], classes(20)),
    ...replaced,
  };
  const dir = temporary();
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(dir, 'fashion-mnist', name);
    mkdirSync(dirname(path), { recursive: true });
    if (bytes) writeFileSync(path, bytes);
  }
  return dir;
}
