/** The README's page of code is this program; it prints what the README says, on every device that is put in the place of the CPU. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const text = readFileSync(program, 'utf8');
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const [, code, printed] = /^```ts\n([\s\S]*?)^```\n\s*```text\n([\s\S]*?)^```/m.exec(readme) ?? [];
/** A folder that sees the packages which the program imports. */
const scratch = mkdtempSync(join(tmpdir(), 'nn-xor-'));
symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(scratch, 'node_modules'), 'junction');
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

const run = (file: string) => spawnSync(process.execPath, ['--conditions=@nn/source', file], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

it('is the page of code in the README', () => {
  expect(text).toBe(code);
});

describe('prints what the README says', () => {
  it('on the CPU', () => {
    const { status, stdout, stderr } = run(program);
    expect([status, stderr, stdout]).toEqual([0, '', printed]);
  });

  for (const device of ['webgpu', 'gpujs', 'reference'] as const) {
    it(`on ${device}, with nothing else changed`, { timeout: 60_000 }, (context) => {
      const from = device === 'reference' ? '@nn/tensor' : `@nn/backend-${device}`;
      const changed = text.replace("import { cpu } from '@nn/backend-cpu';", `import { ${device} } from '${from}';`).replace('await cpu()', `await ${device}()`);
      const file = join(scratch, `${device}.ts`);
      writeFileSync(file, changed);
      const { status, stdout, stderr } = run(file);
      if (status !== 0 && /no adapter/i.test(stderr)) return context.skip('WebGPU has no adapter here: NN_VULKAN, or Linux on x64');
      expect([status, stdout], stderr).toEqual([0, printed]);
    });
  }
});
