// `npm start [-- options]`: installs and builds what the sample program needs, no more, and runs it with the options.
// The second time both are up to date, and the program starts at once.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hostNode, install, root } from './install.mjs';

console.log('Preparing apps/fashion-mnist (the first time: well under a minute) ...');
const app = join(root, 'apps/fashion-mnist');

/** Runs a Node program with the host's own Node, and ends with its status if it fails. */
function node(/** @type {string[]} */ ...args) {
  const { status, signal } = spawnSync(hostNode, args, { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  if (status !== 0) process.exit(status ?? 1);
}

install('@nn/fashion-mnist...');
node(join(app, 'node_modules/typescript/bin/tsc'), '--build', join(app, 'tsconfig.build.json'));
node(join(app, 'dist/main.js'), ...process.argv.slice(2));
