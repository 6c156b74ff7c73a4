/** The README's page of code is this program, and prints what the README says. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const [, code, printed] = /^```ts\n([\s\S]*?)^```\n\s*```text\n([\s\S]*?)^```/m.exec(readme) ?? [];

it('is the page of code in the README', () => {
  expect(readFileSync(program, 'utf8')).toBe(code);
});

it('prints what the README says', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@nn/source', program], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  expect([status, stderr, stdout]).toEqual([0, '', printed]);
});
