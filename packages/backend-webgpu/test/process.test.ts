/** A program ends by itself, whether or not it let go of its device. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { available, unavailable } from './adapter.ts';

const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const run = (program: string) =>
  execFileSync(process.execPath, ['--conditions=@nn/source', '--input-type=module', '-e', program], { encoding: 'utf8', timeout: 20_000, cwd: fileURLToPath(new URL('..', import.meta.url)) });
const work = (make: string, end: string) => `
  import { ${make} } from ${JSON.stringify(source)};
  const device = await ${make}();
  const a = device.allocate('float32', 3);
  device.write(a, Float32Array.of(1, 2, 3));
  console.log((await device.read(a, 0, 3)).length);
  ${end}
  console.log(device.describe());`;

describe('a program', () => {
  for (const end of ['', 'await device.destroy();', 'process.exit(0);']) {
    it(`ends (null backend) after ${end || 'its last line'}`, () => { expect(run(work('nullDevice', end))).toMatch(end.startsWith('process') ? /^3\n$/ : /^3\nwebgpu \(NULL/); });
    it.skipIf(!available)(`ends after ${end || 'its last line'}${unavailable}`, () => { expect(run(work('webgpu', end))).toMatch(end.startsWith('process') ? /^3\n$/ : /^3\nwebgpu \(/); });
  }
});
