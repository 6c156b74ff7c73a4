import type * as fs from 'node:fs/promises';
import { fail } from '@nn/tensor';

/** Node's file system, asked for when it is needed: in a page there is none, and bundlers leave an import alone that may fail. */
export async function fileSystem(operation: string): Promise<typeof fs> {
  try {
    return await import('node:fs/promises');
  } catch {
    return fail(operation, 'there are no files here', 'Outside of Node pass the bytes, e.g. of fetch, to readIdx.');
  }
}
