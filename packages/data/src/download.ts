/**
 * Published files, fetched once: tried at each mirror in turn, resumed where a transfer broke off, checked, and put in place
 * by a renaming, so that no half of a file is ever found under its name. Node only.
 */
import type { FileHandle } from 'node:fs/promises';
import { fail } from '@nn/tensor';
import { fileSystem } from './files.ts';
import { claimPartial, md5Of, releasePartial } from './partial.ts';
import { terminalProgress } from './download-bar.ts';

/** How far a download is. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes that are here, those of an earlier attempt included. */
  readonly received: number;
  /** Bytes of the file; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** How files are fetched. */
export interface DownloadOptions {
  /** Addresses of folders that hold the files, tried in order. Default: where they are published. */
  readonly mirrors?: readonly string[];
  /** Called as bytes arrive. Default: a bar on the standard error, if that is a terminal. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Ends a download; what has arrived is kept and resumed the next time. */
  readonly signal?: AbortSignal;
  /** Seconds without a byte after which a mirror is given up. Default 5 for its answer, 20 within the file. */
  readonly timeout?: number;
}

/** A file to fetch. */
export interface PublishedFile {
  readonly name: string;
  /** In hexadecimal digits. */
  readonly md5: string;
  readonly mirrors: readonly string[];
}

/** A mirror could not serve the file; what it says is told with those of the others. */
class Refusal extends Error {
  /** Whether asking once more, for the rest, may help. */
  readonly resumable: boolean;
  constructor(reason: string, resumable = false) {
    super(reason);
    this.resumable = resumable;
  }
}

type Transfer = Omit<DownloadOptions, 'onProgress'> & { readonly onProgress: DownloadOptions['onProgress'] };

const running = /*@__PURE__*/ new Map<string, Promise<string>>();
const ATTEMPTS = 4;

/**
 * Fetches `file` into `folder`, unless it is there, and answers with its path. Several processes may ask for the same file at once.
 *
 * @throws Where no mirror serves it, with what each of them did. What has arrived is kept for the next attempt.
 */
export function fetchFile(operation: string, folder: string, file: PublishedFile, options: DownloadOptions = {}): Promise<string> {
  const path = `${folder}/${file.name}`;
  const download = running.get(path) ?? fetchNew(operation, folder, path, file, options).finally(() => running.delete(path));
  running.set(path, download);
  return download;
}

async function fetchNew(operation: string, folder: string, path: string, file: PublishedFile, options: DownloadOptions): Promise<string> {
  const fs = await fileSystem(operation);
  if (await fs.access(path).then(() => true, () => false)) return path;
  const partial = await fs.mkdir(folder, { recursive: true }).then(() => claimPartial(path), (error: Error) =>
    fail(operation, `cannot make the folder ${folder} (${error.message})`, 'Name another one: dir, or the environment variable NN_DATA_DIR.'));
  const { onProgress = terminalProgress() } = options;
  try {
    await fetchFromMirrors(operation, folder, partial, file, { ...options, onProgress });
    await fs.rename(partial, path);
    return path;
  } catch (error) {
    await releasePartial(partial, path);
    throw error;
  }
}

async function fetchFromMirrors(operation: string, folder: string, partial: string, file: PublishedFile, options: Transfer): Promise<void> {
  const refusals: string[] = [];
  for (const mirror of file.mirrors) {
    const url = `${mirror.replace(/\/$/, '')}/${file.name}`;
    for (let attempt = 1; ; attempt++) {
      try {
        await transfer(url, partial, file, options);
        return;
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof Refusal)) throw error;
        if (error.resumable && attempt < ATTEMPTS) continue;
        refusals.push(`${url}: ${error.message}`);
        break;
      }
    }
  }
  fail(operation, `cannot fetch ${file.name}; tried ${refusals.join('; ')}`,
    `Check the connection (behind a proxy, Node 24 needs NODE_USE_ENV_PROXY=1) and try again, or put the file into ${folder} yourself.`);
}

/** Fetches what `partial` lacks. It is whole and as published when this returns. */
async function transfer(url: string, partial: string, { name, md5 }: PublishedFile, { signal, timeout, onProgress }: Transfer): Promise<void> {
  const fs = await fileSystem('download');
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expect = (seconds: number, what: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Refusal(`${what} within ${seconds} s`)), seconds * 1000);
  };
  const out = await fs.open(partial, fs.constants.O_RDWR | fs.constants.O_CREAT);
  let received = (await out.stat()).size;
  let resumed = false;
  try {
    expect(timeout ?? 5, 'no answer');
    const response = await fetch(url, {
      // A compressed transfer would not count the file's own bytes.
      headers: { 'accept-encoding': 'identity', ...(received > 0 && { range: `bytes=${received}-` }) },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
    // 416: nothing follows what is here.
    const whole = response.status === 416 && received > 0;
    if (!whole) {
      if (!response.ok) throw new Refusal(`${response.status} ${response.statusText}`.trim());
      if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) throw new Refusal('a web page came instead of the file');
      const start = response.status === 206 ? Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]) : 0;
      if (start !== received) {
        // The server begins anew; so must the file.
        if (start !== 0) throw await emptied(out, `bytes from ${start} came where ${received} were here`);
        await out.truncate(0);
        received = 0;
      }
      resumed = received > 0;
      const length = response.headers.get('content-length');
      const total = length === null ? undefined : received + Number(length);
      onProgress?.({ file: name, received, total });
      for await (const bytes of response.body ?? []) {
        expect(timeout ?? 20, 'not a byte more');
        received += await writeAt(out, bytes, received);
        onProgress?.({ file: name, received, total });
      }
      if (total !== undefined && received < total) throw new Refusal(`${received} of ${total} bytes came`, true);
    }
    clearTimeout(timer);
    const found = await md5Of(partial);
    if (found !== md5) throw await emptied(out, `${received} bytes came whose md5 is ${found} instead of ${md5}`, whole || resumed);
  } catch (error) {
    throw refusalOf(error, silence.signal);
  } finally {
    clearTimeout(timer);
    await out.close();
  }
}

async function writeAt(out: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  for (let at = 0; at < bytes.length; ) at += (await out.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  return bytes.length;
}

/** What came is of no use. */
async function emptied(out: FileHandle, reason: string, again = true): Promise<Refusal> {
  await out.truncate(0);
  return new Refusal(reason, again);
}

/** What a failed transfer was: a refusal, or an error of this machine, e.g. a full disk. */
function refusalOf(error: unknown, silence: AbortSignal): unknown {
  if (error instanceof Refusal) return error;
  if (silence.aborted) return silence.reason;
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof TypeError)) return error;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const reason = cause?.message || cause?.code || error.message;
  // undici: `terminated` where a transfer that had begun broke off, `fetch failed` where none began.
  return new Refusal(code ?? reason, error.message === 'terminated');
}
