/** Files that are there whole or not at all. */
import { rename, writeFile } from 'node:fs/promises';

/** Writes under another name first. */
export async function writeWhole(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}
