/** Whole files, where there are files (Node). */
import type * as fs from 'node:fs/promises';
import { fail } from '@nn/tensor';

/** Node's file system, asked for when it is needed: in a page there is none. */
async function fileSystem(operation: string): Promise<typeof fs> {
  try {
    return await import('node:fs/promises');
  } catch {
    return fail(operation, 'there are no files here', 'Outside of Node work with the bytes: encodeSafetensors and decodeSafetensors.');
  }
}

/** The bytes of a file. */
export async function readWhole(operation: string, path: string): Promise<Uint8Array> {
  const { readFile } = await fileSystem(operation);
  return readFile(path).catch((error: Error) => fail(operation, `cannot read ${path} (${error.message})`));
}

/** Replaces or makes a file. Whoever reads it at any moment, or after a crash, finds the old bytes or the new ones. */
export async function writeWhole(operation: string, path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await fileSystem(operation);
  const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    fail(operation, `cannot write ${path} (${(error as Error).message})`);
  }
}
