/** Gzip as the platform offers it (`DecompressionStream`: Node and browsers), nothing of our own. */

/** Whether `bytes` begin like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The decompressed bytes. Rejects with a plain reason, e.g. `unexpected end of file`, where they are truncated or corrupt. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    throw new Error(reason(error), { cause: error });
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** Node 24 wraps zlib's error in one without a message, Node 20 does not. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error.cause ? reason(error.cause) : error.name);
}
