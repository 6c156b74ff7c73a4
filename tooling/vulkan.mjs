// A Vulkan device in software, for Dawn on machines without a GPU: SwiftShader, from an npm package. It is a device to check
// results with: its timings mean nothing.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packaged, unpacked } from './page/browser-package.mjs';

/**
 * The environment in which Dawn finds a Vulkan device. `NN_VULKAN` says which one it is: `swiftshader`, the default on
 * Linux on x64, or `system`, what the machine itself offers, the only choice elsewhere.
 * @returns {NodeJS.ProcessEnv}
 */
export function vulkanEnvironment() {
  if (!packaged || process.env.NN_VULKAN === 'system') return { ...process.env, NN_VULKAN: 'system' };
  const folder = unpacked('swiftshader', ['swiftshader.tar.br']);
  return {
    ...process.env,
    NN_VULKAN: 'swiftshader',
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
}
