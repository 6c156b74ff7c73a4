// Which program is Node of a major version: this one, the host's, or the newest, installed by npm into a folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const shell = process.platform === 'win32';

/** @param {number | string} version @param {string} host @param {string} folder */
export function nodeOf(version, host, folder) {
  const is = (/** @type {string} */ node) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.startsWith(`v${version}.`);
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  if (is(host)) return host;
  const prefix = join(folder, `node-${version}`);
  const program = join(prefix, 'node_modules/.bin', shell ? 'node.cmd' : 'node');
  if (!existsSync(program)) {
    mkdirSync(prefix, { recursive: true });
    const { status, stdout, stderr } = spawnSync('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`], { shell, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm install node@${version} failed:\n${stdout}${stderr}`);
  }
  return program;
}
