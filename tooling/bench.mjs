// `npm run bench`: installs the tools, then measures by the repository's Node. What it measures and how is in bench/main.mjs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, root } from './install.mjs';

install('all');
const bin = join(root, 'tooling/node_modules/.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const { status } = spawnSync(bin, [join(root, 'tooling/bench/main.mjs'), ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' });
process.exitCode = status ?? 1;
