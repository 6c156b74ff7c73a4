// A Vulkan device in software, for Dawn on machines without a GPU. The npm package @sparticuz/chromium carries
// SwiftShader and a Vulkan loader for Linux on x64; they are unpacked once into a cache folder, and no system package is
// needed. It is a device to check results with: its timings mean nothing.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const chromium = fileURLToPath(new URL('node_modules/@sparticuz/chromium', import.meta.url));
const cache = fileURLToPath(new URL('../node_modules/.cache/nn', import.meta.url));

/** The folder with SwiftShader, unpacked on first use. */
function swiftshader() {
  const { version } = JSON.parse(readFileSync(join(chromium, 'package.json'), 'utf8'));
  const folder = join(cache, `swiftshader-${version}`);
  if (!existsSync(folder)) {
    const partial = `${folder}.${process.pid}`;
    mkdirSync(partial, { recursive: true });
    const input = brotliDecompressSync(readFileSync(join(chromium, 'bin/swiftshader.tar.br')));
    execFileSync('tar', ['-xf', '-', '-C', partial], { input });
    try {
      renameSync(partial, folder);
    } catch (error) {
      rmSync(partial, { recursive: true });
      if (!existsSync(folder)) throw error; // otherwise another process was quicker
    }
  }
  return folder;
}

/**
 * The environment in which Dawn finds a Vulkan device. `NN_VULKAN` says which one it is: `swiftshader`, the default on
 * Linux on x64, or `system`, what the machine itself offers, the only choice elsewhere.
 * @returns {NodeJS.ProcessEnv}
 */
export function vulkanEnvironment() {
  const available = process.platform === 'linux' && process.arch === 'x64';
  if (!available || process.env.NN_VULKAN === 'system') return { ...process.env, NN_VULKAN: 'system' };
  const folder = swiftshader();
  return {
    ...process.env,
    NN_VULKAN: 'swiftshader',
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
}
