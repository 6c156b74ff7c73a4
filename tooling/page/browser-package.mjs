// The npm package @sparticuz/chromium carries Chromium, SwiftShader (OpenGL and Vulkan in software), the libraries and the fonts
// that they need, for Linux on x64. What is asked for is unpacked once into a cache folder, so that no system package is needed.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const source = fileURLToPath(new URL('../node_modules/@sparticuz/chromium', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/nn', import.meta.url));

/** Whether the package has anything for this machine. */
export const packaged = process.platform === 'linux' && process.arch === 'x64';

/**
 * A folder named `name` with these files of the package unpacked in it: archives (`.tar.br`), or programs (`.br`).
 * @param {string} name
 * @param {readonly string[]} files
 */
export function unpacked(name, files) {
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const file of files) {
    const bytes = brotliDecompressSync(readFileSync(join(source, 'bin', file)));
    if (file.endsWith('.tar.br')) execFileSync('tar', ['-xf', '-', '-C', partial], { input: bytes });
    else {
      const program = join(partial, file.replace(/\.br$/, ''));
      writeFileSync(program, bytes);
      chmodSync(program, 0o755);
    }
  }
  try {
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true });
    if (!existsSync(folder)) throw error; // otherwise another process was quicker
  }
  return folder;
}
