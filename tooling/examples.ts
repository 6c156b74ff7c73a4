/** The examples in the documentation of a package run as its tests, and give what they say. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';

interface Example { readonly title: string; readonly code: string }

/** All `@example` blocks of the sources in a folder. */
function examplesIn(folder: string): Example[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).flatMap((file) =>
    [...readFileSync(folder + file, 'utf8').matchAll(/@example\n([\s\S]*?)\*\/\s*(.*)/g)].map(([, text = '', declaration = '']): Example => ({
      title: `${file}: ${/(?:class|function|const) (\w+)/.exec(declaration)?.[1] ?? declaration.split(/\W/, 1)[0]!}`,
      code: text.split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n').trim(),
    })));
}

interface Readable { readonly ndim: number; item(): unknown; toArray(): unknown }
/** What a value looks like: tensors as arrays. */
function shown(value: unknown): unknown {
  const tensor = value as Partial<Readable> | null | undefined;
  return typeof tensor?.toArray === 'function' && tensor.ndim !== undefined ? (tensor.ndim === 0 ? tensor.item!() : tensor.toArray()) : value;
}

/** To four places. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(4)) + 0;
  if (Array.isArray(value)) return value.map(rounded);
  return value?.constructor === Object ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)])) : value;
}

/** What a comment says, where it is JSON with names that need no quotes; else nothing. */
function valueOf(text: string): [value: unknown] | undefined {
  try { return [JSON.parse(text.replaceAll("'", '"').replaceAll(/(?<=[{,] ?)(\w+):/g, '"$1":'))]; } catch { return undefined; }
}

/**
 * A test for each example in `sources`. A line `expression; // value` is a claim where the value is JSON, perhaps after a calculation: `1 - 0.5 = 0.5`.
 *
 * @param names what examples may use without importing it
 * @param prepare changes the code before it runs
 */
export function testExamples(sources: URL, names: Readonly<Record<string, unknown>>, prepare = (code: string): string => code): void {
  describe('examples', () => {
    it.each(examplesIn(fileURLToPath(sources)).map((example) => [example.title, example] as const))('%s', async (_, { code }) => {
      const claims: [found: unknown, said: unknown][] = [];
      const body = code.split('\n').map((line) => {
        const [, expression, said] = /^(?!(?:const|let|class|for|return)\b)(\S.*); *\/\/ (?:.* = )?([[{\d'-].*|true|false)$/.exec(line) ?? [];
        const value = said === undefined ? undefined : valueOf(said);
        if (expression === undefined || value === undefined) return line;
        claims.push([undefined, ...value]);
        return `claims[${claims.length - 1}][0] = ${expression};`;
      }).join('\n');
      const run = compileFunction(`with (names) return (async () => {\n${prepare(stripTypeScriptTypes(body))}\n})();`, ['names', 'claims']) as (names: object, claims: unknown[]) => Promise<void>;
      const quiet = vi.spyOn(console, 'log').mockReturnValue();
      await run(names, claims);
      quiet.mockRestore();
      for (const [found, said] of claims) expect(rounded(await shown(found))).toEqual(said);
    });
  });
}
