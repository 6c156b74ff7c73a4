// A real browser for tests: headless Chromium with WebGL2 and WebGPU in software. On Linux on x64 it comes from npm; elsewhere it
// is the machine's own Chrome, or what CHROME_PATH names. Where none starts, that is said, with what to do.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { packaged, unpacked } from './browser-package.mjs';

const flags = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const webgpu = ['--enable-unsafe-webgpu', '--enable-features=Vulkan'];
/** On what the browser draws and computes: in software, whatever the machine has; on what the machine has; on nothing, as where the browser does not trust the driver. */
const graphics = {
  software: [...webgpu, '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'],
  system: webgpu,
  none: ['--disable-gpu', '--disable-software-rasterizer'],
} as const;

/** What to launch, best first. A browser that was named is never replaced by another. */
function choices(): LaunchOptions[] {
  if (process.env.CHROME_PATH) return [{ executablePath: process.env.CHROME_PATH }];
  return packaged ? [fromPackage()] : [{ channel: 'chrome' }, { channel: 'msedge' }, { channel: 'chromium' }];
}

function fromPackage(): LaunchOptions {
  const folder = unpacked('chromium', ['chromium.br', 'swiftshader.tar.br', 'al2023.tar.br', 'fonts.tar.br']);
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(folder, 'fonts.conf'), `<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${temporary}</cachedir></fontconfig>`);
  const env = {
    TMPDIR: temporary, HOME: temporary, FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    LD_LIBRARY_PATH: `${folder}:${join(folder, 'lib')}`, VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
  };
  return { executablePath: join(folder, 'chromium'), env };
}

/** Starts the browser, or says why there is none. */
export async function launchChromium(adapter: keyof typeof graphics = 'software'): Promise<{ browser: Browser; missing?: never } | { browser?: never; missing: string }> {
  const failures: string[] = [];
  try {
    for (const choice of choices()) {
      try {
        return { browser: await chromium.launch({ ...choice, args: [...flags, ...graphics[adapter]], chromiumSandbox: false }) };
      } catch (error) {
        failures.push(`${choice.channel ?? choice.executablePath!}: ${beginning(error)}`);
      }
    }
  } catch (error) {
    failures.push(beginning(error)); // nothing could be unpacked
  }
  return { missing: `no Chromium starts here (${failures.join('; ')}): install Google Chrome, or set CHROME_PATH to a Chrome or Chromium` };
}

/** The first lines of what an error says; playwright appends its whole log. */
const beginning = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n').filter((line) => line.trim()).slice(0, 2).join(' ');
