import { node } from '../files.ts';

/** The first `version_N` in a folder that is not there yet. */
export async function nextVersion(folder: string): Promise<string> {
  const { fs } = await node('logger');
  const names = await fs.readdir(folder).catch(() => [] as string[]);
  return `version_${Math.max(-1, ...names.map((name) => Number(/^version_(\d+)$/.exec(name)?.[1] ?? -1))) + 1}`;
}
