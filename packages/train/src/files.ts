/** Files, on the Node side only: nothing of Node is imported before it is needed. */
import type * as fs from 'node:fs/promises';
import type * as path from 'node:path';
import { fail } from '@nn/tensor';

const noFiles = (operation: string): never => fail(operation, 'there are no files here', 'In a page, pass bytes instead of paths: await trainer.saveCheckpoint(), { ckptPath: bytes }.');

/** Node's files and paths. */
export async function node(operation: string): Promise<{ readonly fs: typeof fs; readonly path: typeof path }> {
  if (typeof process !== 'object' || !process.versions?.node) noFiles(operation);
  return { fs: await import('node:fs/promises'), path: await import('node:path') };
}

export async function readBytes(path: string): Promise<Uint8Array> {
  const { fs } = await node('readCheckpoint');
  return new Uint8Array(await fs.readFile(path));
}

/** Under another name first: whoever reads finds all of it, or the file as it was. */
export async function writeBytes(path: string, bytes: Uint8Array | string): Promise<void> {
  const { fs, path: paths } = await node('writeCheckpoint');
  await fs.mkdir(paths.dirname(paths.resolve(path)), { recursive: true });
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await fs.writeFile(unfinished, bytes);
    await fs.rename(unfinished, path);
  } catch (error) {
    await fs.rm(unfinished, { force: true });
    throw error;
  }
}

export async function removeFile(path: string): Promise<void> { await (await node('removeCheckpoint')).fs.rm(path, { force: true }); }
