import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchFile } from '../src/download.ts';
import { terminalProgress } from '../src/download-bar.ts';
import { dataFolder, type DownloadProgress, FashionMNIST } from '../src/index.ts';

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251);
const md5 = createHash('md5').update(BYTES).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const startOf = (request: IncomingMessage) => Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);

/** The file as a good server gives it, from where it was asked for. */
const serve: Answer = (request, response) => {
  const start = startOf(request);
  if (start >= BYTES.length) response.writeHead(416).end();
  else if (start > 0) response.writeHead(206, { 'content-length': BYTES.length - start, 'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}` }).end(BYTES.subarray(start));
  else response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES);
};
/** Breaks off after `count` more bytes. */
const cutAfter = (count: number): Answer => (request, response) => {
  const start = startOf(request);
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': BYTES.length - start, ...(start > 0 && { 'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}` }) });
  response.write(BYTES.subarray(start, start + count), () => response.destroy());
};
const ignoreRange: Answer = (_, response) => response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES);
const status = (code: number): Answer => (_, response) => response.writeHead(code).end();
const page: Answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Please log in</html>');
const wrong: Answer = (_, response) => response.end('something else');

describe('fetchFile', () => {
  let dir: string;
  let server: Server;
  let url: string;
  let answers: Answer[];
  let requests: IncomingMessage[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nn-download-'));
    requests = [];
    server = createServer((request, response) => {
      requests.push(request);
      answers[Math.min(requests.length, answers.length) - 1]!(request, response);
    });
    await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening); });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });
  const get = (mirrors: readonly string[] = [url], options = {}) => fetchFile('Set', dir, { name: 'f.gz', md5, mirrors }, options);
  const arrived = async () => {
    expect(await readdir(dir)).toEqual(['f.gz']);
    expect(new Uint8Array(await readFile(join(dir, 'f.gz')))).toEqual(BYTES);
  };

  it('fetches once, and tells how far it is', async () => {
    answers = [serve];
    const progress: DownloadProgress[] = [];
    expect(await get([url], { onProgress: (p: DownloadProgress) => progress.push(p) })).toBe(`${dir}/f.gz`);
    await arrived();
    expect(progress[0]).toEqual({ file: 'f.gz', received: 0, total: BYTES.length });
    expect(progress.at(-1)).toEqual({ file: 'f.gz', received: BYTES.length, total: BYTES.length });
    await get();
    expect(requests.map((request) => request.url)).toEqual(['/f.gz']);
  });

  it('resumes a transfer that broke off', async () => {
    answers = [cutAfter(30_000), cutAfter(30_000), serve];
    await get();
    await arrived();
    expect(requests.map(startOf)).toEqual([0, 30_000, 60_000]);
  });

  it('goes on where an earlier attempt ended, at another mirror', async () => {
    answers = [cutAfter(20_000), status(500)];
    await expect(get()).rejects.toThrow(`Set: cannot fetch f.gz; tried ${url}/f.gz: 500 Internal Server Error.`);
    expect(await readdir(dir)).toEqual(['f.gz.part']);
    answers = [status(404), status(404), status(404), serve];
    await get([`${url}/a`, `${url}/b`]);
    await arrived();
    expect(requests.slice(2).map((request) => [request.url, startOf(request)])).toEqual([['/a/f.gz', 20_000], ['/b/f.gz', 20_000]]);
  });

  it('takes over from a process that is gone, not from one that runs', async () => {
    answers = [serve];
    const host = encodeURIComponent((await import('node:os')).hostname());
    await writeFile(join(dir, `f.gz.${host}-${process.ppid}.part`), 'of a running one');
    await writeFile(join(dir, `f.gz.${host}-4194305.part`), BYTES.subarray(0, 7));
    await get();
    expect(startOf(requests[0]!)).toBe(7);
    expect(new Set(await readdir(dir))).toEqual(new Set(['f.gz', `f.gz.${host}-${process.ppid}.part`]));
  });

  it('is right where the server ignores what range it was asked for', async () => {
    answers = [cutAfter(30_000), ignoreRange];
    await get();
    await arrived();
  });

  it('asks anew where the part that was there is not of this file, or is all of it', async () => {
    answers = [serve];
    await writeFile(join(dir, 'f.gz.part'), new Uint8Array(50));
    await get();
    await arrived();
    expect(requests.map(startOf)).toEqual([50, 0]);

    await rm(join(dir, 'f.gz'));
    await writeFile(join(dir, 'f.gz.part'), BYTES);
    await get();
    await arrived();

    await rm(join(dir, 'f.gz'));
    await writeFile(join(dir, 'f.gz.part'), new Uint8Array(BYTES.length + 1));
    await get();
    await arrived();
  });

  it('follows redirections', async () => {
    answers = [(_, response) => response.writeHead(302, { location: `${url}/elsewhere` }).end(), serve];
    await get();
    await arrived();
    expect(requests.map((request) => request.url)).toEqual(['/f.gz', '/elsewhere']);
  });

  it('says what every mirror did, and leaves nothing that could be taken for the file', async () => {
    answers = [page, wrong, status(404)];
    const found = createHash('md5').update('something else').digest('hex');
    await expect(get([`${url}/1`, `${url}/2/`, `${url}/3`])).rejects.toThrow(
      `Set: cannot fetch f.gz; tried ${url}/1/f.gz: a web page came instead of the file; ${url}/2/f.gz: 14 bytes came whose md5 is ${found} instead of ${md5}; ${url}/3/f.gz: 404 Not Found. ` +
      `Check the connection (behind a proxy, Node 24 needs NODE_USE_ENV_PROXY=1) and try again, or put the file into ${dir} yourself.`);
    expect(await readdir(dir)).not.toContain('f.gz');
    answers = [serve];
    await get();
  });

  it('answers at once where there is no server', async () => {
    server.close();
    await expect(get()).rejects.toThrow(`Set: cannot fetch f.gz; tried ${url}/f.gz: connect ECONNREFUSED 127.0.0.1:`);
    await expect(get(['http://no.such.host.invalid'])).rejects.toThrow(/tried http:\/\/no\.such\.host\.invalid\/f\.gz: getaddrinfo E/);
  });

  it('gives up a mirror that says nothing', async () => {
    answers = [() => undefined, (request, response) => { response.writeHead(200, { 'content-length': BYTES.length }); response.write(BYTES.subarray(0, 10)); }];
    await expect(get([`${url}/1`, `${url}/2`], { timeout: 0.05 })).rejects.toThrow(`tried ${url}/1/f.gz: no answer within 0.05 s; ${url}/2/f.gz: not a byte more within 0.05 s.`);
    answers = [serve];
    await get();
    await arrived();
  });

  it('ends when told to, and keeps what came', async () => {
    const stop = new AbortController();
    answers = [(_, response) => { response.writeHead(200, { 'content-length': BYTES.length }); response.write(BYTES.subarray(0, 10)); }];
    await expect(get([url], { signal: stop.signal, onProgress: ({ received }: DownloadProgress) => { if (received === 10) stop.abort(); } })).rejects.toThrow('aborted');
    expect(await readFile(join(dir, 'f.gz.part'))).toHaveLength(10);
  });

  it('fetches once for callers at the same time', async () => {
    answers = [serve];
    await Promise.all([get(), get()]);
    await arrived();
    expect(requests).toHaveLength(1);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(fetchFile('Set', join(dir, 'file'), { name: 'f', md5, mirrors: [url] })).rejects.toThrow('Set: cannot make the folder');
  });

  it('is what data sets use', async () => {
    answers = [status(404)];
    await expect(FashionMNIST.load({ dir, download: true, mirrors: [url] })).rejects.toThrow(`FashionMNIST: cannot fetch train-images-idx3-ubyte.gz; tried ${url}/train-images-idx3-ubyte.gz: 404 Not Found.`);
    await expect(FashionMNIST.load({ dir })).rejects.toThrow('{ download: true } fetches it');
    vi.stubEnv('NN_DATA_DIR', join(dir, 'env'));
    expect(await dataFolder()).toBe(join(dir, 'env'));
    await expect(FashionMNIST.load({ mirrors: [url] })).rejects.toThrow(`put the file into ${join(dir, 'env')}/fashion-mnist yourself`);
    vi.unstubAllEnvs();
  });
});

describe('terminalProgress', () => {
  it('draws a bar on a terminal, and nothing elsewhere', () => {
    const written: string[] = [];
    const output = { isTTY: true, write: (text: string) => written.push(text) > 0 };
    vi.stubEnv('TERM', 'xterm');
    const draw = terminalProgress(output)!;
    draw({ file: 'f.gz', received: 0, total: 2e6 });
    draw({ file: 'f.gz', received: 1, total: 2e6 });
    draw({ file: 'f.gz', received: 2e6, total: 2e6 });
    expect(written).toEqual([`\rf.gz ${'░'.repeat(24)} 0.0 of 2.0 MB\u001B[K`, `\rf.gz ${'█'.repeat(24)} 2.0 of 2.0 MB\u001B[K\n`]);
    expect(terminalProgress({ ...output, isTTY: false })).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
