/** The examples in the documentation of all that is exported: they run, and give what they say. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpu } from '@nn/backend-cpu';
import * as tensors from '@nn/tensor';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as layers from '../src/index.ts';

const sources = fileURLToPath(new URL('../src/', import.meta.url));
const names: Readonly<Record<string, unknown>> = { ...tensors, ...layers };
const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
/** As JavaScript; files are written where they can be thrown away. */
const runnable = (code: string): string => stripTypeScriptTypes(code).replaceAll("'model.safetensors'", JSON.stringify(join(folder, 'model.safetensors')));

interface Example { readonly title: string; readonly code: string }
const examples = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).flatMap((file) =>
  [...readFileSync(sources + file, 'utf8').matchAll(/@example\n([\s\S]*?)\*\/\s*(.*)/g)].map(([, text = '', declaration = '']): Example => ({
    title: `${file}: ${/(?:class|function|const) (\w+)/.exec(declaration)?.[1] ?? declaration.split(/\W/, 1)[0]!}`,
    code: text.split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n').trim(),
  })));

/** What a value looks like: tensors as arrays, modules and the like not at all. */
async function shown(value: unknown): Promise<unknown> {
  if (value instanceof tensors.Tensor) return value.ndim === 0 ? value.item() : value.toArray();
  return value;
}

/** To four places. */
const rounded = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toFixed(4)) + 0 : Array.isArray(value) ? value.map(rounded) : value);

beforeAll(async () => { tensors.setDefaultDevice(await cpu({ threads: 1 })); });

describe('examples', () => {
  it.each(examples.map((example) => [example.title, example] as const))('%s', async (_, { code }) => {
    const claims: [found: unknown, said: unknown][] = [];
    // `expression; // value` becomes a claim where the value is JSON, perhaps after a calculation: `1 - 0.5 = 0.5`.
    const body = code.split('\n').map((line) => {
      const [, expression, said] = /^(?!(?:const|let|class|for|return)\b)(\S.*); *\/\/ (?:.* = )?([[\d'-].*|true|false)$/.exec(line) ?? [];
      if (expression === undefined || said === undefined) return line;
      let value: unknown;
      try { value = JSON.parse(said.replaceAll("'", '"')); } catch { return line; }
      claims.push([undefined, value]);
      return `claims[${claims.length - 1}][0] = ${expression};`;
    }).join('\n');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- examples are ours
    const run = new Function('names', 'claims', `with (names) return (async () => {\n${runnable(body)}\n})();`) as (names: object, claims: unknown[]) => Promise<void>;
    const quiet = vi.spyOn(console, 'log').mockReturnValue();
    await run(names, claims);
    quiet.mockRestore();
    for (const [found, said] of claims) expect(rounded(await shown(found))).toEqual(said);
  });
});
