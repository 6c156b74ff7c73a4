/** Where downloaded data is kept. */
import { fail } from '@nn/tensor';

/**
 * The folder of data sets: the environment variable NN_DATA_DIR, or else `nn` in the user's cache folder (`$XDG_CACHE_HOME` or `~/.cache`,
 * on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`). Node only.
 */
export async function dataFolder(): Promise<string> {
  if (typeof process === 'undefined' || !process.versions?.node) return fail('dataFolder', 'there are no files here', 'Outside of Node pass the bytes, e.g. of fetch, to readIdx.');
  const { env, platform } = process;
  if (env['NN_DATA_DIR']) return env['NN_DATA_DIR'];
  const home = (await import('node:os')).homedir();
  const caches = { darwin: `${home}/Library/Caches`, win32: env['LOCALAPPDATA'] ?? `${home}/AppData/Local` } as Partial<Record<NodeJS.Platform, string>>;
  return `${env['XDG_CACHE_HOME'] || (caches[platform] ?? `${home}/.cache`)}/nn`;
}
