// `npm run page`: installs what the page of apps/browser needs, no more, and serves it from its sources.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { hostNode, install, root } from './install.mjs';

install('@nn/browser...');
const app = join(root, 'apps/browser');
const { status } = spawnSync(hostNode, [join(app, 'node_modules/vite/bin/vite.js'), ...process.argv.slice(2)], { cwd: app, stdio: 'inherit' });
process.exitCode = status ?? 1;
