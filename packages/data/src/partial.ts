/**
 * Files that are still arriving. Each process writes one of its own, named for it (`f.gz.host-123.part`), so that several
 * never write the same one; what a process left behind that is gone is taken over by the next.
 */
import { fileSystem } from './files.ts';

/** The path of this process's partial file for `path`; it holds what an earlier, broken-off attempt received. */
export async function claimPartial(path: string): Promise<string> {
  const [fs, { hostname }] = await Promise.all([fileSystem('download'), import('node:os')]);
  const host = encodeURIComponent(hostname());
  const own = `${path}.${host}-${process.pid}.part`;
  if (await fs.access(own).then(() => true, () => false)) return own;
  const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const candidates = (await fs.readdir(folder)).filter((file) => file.startsWith(`${name}.`) && file.endsWith('.part'));
  for (const candidate of candidates) {
    const [, from, pid] = /\.([^.]*)-(\d+)\.part$/.exec(candidate.slice(name.length)) ?? [];
    const free = candidate === `${name}.part` || (from === host && Number(pid) !== process.pid && !isRunning(Number(pid)));
    // Of two that rename at once, one finds nothing; it looks on.
    if (free && (await fs.rename(`${folder}/${candidate}`, own).then(() => true, () => false))) break;
  }
  return own;
}

/** Leaves a partial file to whoever tries next. */
export async function releasePartial(partial: string, path: string): Promise<void> {
  const fs = await fileSystem('download');
  await fs.rename(partial, `${path}.part`).catch(() => undefined);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The md5 of a file, as hexadecimal digits. */
export async function md5Of(path: string): Promise<string> {
  const [{ createHash }, fs] = await Promise.all([import('node:crypto'), fileSystem('download')]);
  const hash = createHash('md5');
  const file = await fs.open(path);
  for await (const chunk of file.createReadStream()) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
