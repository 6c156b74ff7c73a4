// node tooling/with-vulkan.mjs <command ...>: runs a command where Dawn finds a Vulkan device (see vulkan.mjs).

import { spawnSync } from 'node:child_process';
import { vulkanEnvironment } from './vulkan.mjs';

const [command, ...args] = process.argv.slice(2);
if (!command) throw new Error('with-vulkan: no command. Usage: node tooling/with-vulkan.mjs <command ...>');
const { status, signal, error } = spawnSync(command, args, {
  stdio: 'inherit',
  env: vulkanEnvironment(),
  shell: process.platform === 'win32',
});
if (error) throw error;
if (signal) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
