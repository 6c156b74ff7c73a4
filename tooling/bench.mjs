// `npm run bench`, and `npm run bench:gpu`, which passes --gpu: installs the tools, then measures by the repository's Node. What they measure and how is in bench/main.mjs and bench/gpu.mjs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, root } from './install.mjs';

install('all');
const bin = join(root, 'tooling/node_modules/.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const args = process.argv.slice(2).filter((arg) => arg !== '--gpu');
const program = process.argv.includes('--gpu') ? 'gpu.mjs' : 'main.mjs';
const { status } = spawnSync(bin, [join(root, 'tooling/bench', program), ...args], { stdio: 'inherit', shell: process.platform === 'win32' });
process.exitCode = status ?? 1;
