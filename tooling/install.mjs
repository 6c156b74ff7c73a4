// Installing, with nothing but Node >= 20 and npm on the host: npx brings the pnpm that package.json pins.
// An installation is remembered by the lockfile it was made from, so that an up-to-date one costs nothing.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** The host's own Node. Once the tools are installed, npm finds theirs first when it runs a script. */
export const hostNode = process.env.npm_node_execpath ?? process.execPath;
const onWindows = process.platform === 'win32';

/** What is to be installed, in one hash. */
function wanted() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/**
 * Installs from the lockfile. `scope` is `'all'`, or a pnpm selector such as `'@nn/fashion-mnist...'`: that package and
 * the workspace packages which it depends on.
 * @param {string} scope
 */
export function install(scope) {
  // Where the tools are installed, everything is kept up to date: pnpm would take half of it away.
  if (existsSync(join(root, 'tooling/node_modules'))) scope = 'all';
  const stamps = join(root, 'node_modules/.cache/nn');
  const stamp = join(stamps, `installed-${scope.replace(/[^a-z]+/g, '-')}`);
  const hash = wanted();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const filter = scope === 'all' ? [] : ['--filter-prod', scope];
  // The age of releases was judged when the lockfile was written; to ask the registry about each again takes a minute.
  const flags = ['--dir', root, '--frozen-lockfile', '--config.minimum-release-age=0', '--reporter=append-only'];
  const { status } = spawnSync('npx', ['--yes', packageManager, 'install', ...flags, ...filter], {
    cwd: tmpdir(), // not the repository, where npx would take a pnpm that is half installed
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: onWindows,
  });
  if (status !== 0) throw new Error(`install: ${packageManager} ended with status ${status}. Its messages are above.`);
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install('all');
