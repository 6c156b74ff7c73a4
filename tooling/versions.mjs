// Checks that a release can be made: on a scratch copy of the manifests, with one more changeset, `changeset version`
// raises all packages together and writes their changelogs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nn-versions-'));
const run = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
  execFileSync(command, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });

/** The manifests of the public packages, by name. */
function manifests(/** @type {string} */ folder) {
  const files = globSync('packages/*/package.json', { cwd: folder });
  const all = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  return new Map(all.map((manifest) => [String(manifest.name), manifest]));
}

try {
  for (const file of globSync(['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.changeset/*', '{packages,apps}/*/package.json', 'tooling/package.json'], { cwd: root })) {
    cpSync(join(root, file), join(scratch, file));
  }
  writeFileSync(join(scratch, '.changeset/probe.md'), "---\n'@nn/tensor': minor\n---\n\nA change to check with.\n");
  run('git', 'init', '--quiet', '--initial-branch', 'main');
  run('git', 'add', '.');
  run('git', '-c', 'user.name=nn', '-c', 'user.email=nn@localhost', 'commit', '--quiet', '--message', 'Scratch');
  run('changeset', 'version');

  const before = manifests(root);
  const after = manifests(scratch);
  const versions = new Set([...after.values()].map((manifest) => manifest.version));
  assert.equal(versions.size, 1, `packages have one version, but there are ${[...versions].join(', ')}`);
  for (const [name, manifest] of after) {
    assert.notEqual(manifest.version, before.get(name).version, `${name} is raised`);
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
      if (peer.startsWith('@nn/')) assert.equal(range, 'workspace:^', `${name} keeps its workspace range of ${peer}`);
    }
  }
  const changelog = readFileSync(join(scratch, 'packages/tensor/CHANGELOG.md'), 'utf8');
  assert.match(changelog, /A change to check with\./);
  console.log(`${after.size} packages: ${before.get('@nn/tensor').version} -> ${[...versions][0]}, changelogs written.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
