/** Pages for tests: bundled and minified by vite as users' pages are, from the sources, and served on this machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Rolldown } from 'vite';

/** The files of a site, by their paths. */
export type Site = ReadonlyMap<string, string | Uint8Array>;

const settings: InlineConfig = {
  configFile: false,
  logLevel: 'error',
  resolve: { conditions: ['@nn/source', 'module', 'browser', 'development|production'], alias: { vitest: fileURLToPath(new URL('vitest.ts', import.meta.url)) } },
  build: { write: false, minify: true, target: 'es2022', modulePreload: false },
};

/** A page that runs the module `entry`. */
export async function bundleModule(entry: string): Promise<Site> {
  const files = await bundled({ ...settings, build: { ...settings.build, rolldownOptions: { input: { page: entry }, output: { entryFileNames: 'page.js' } } } });
  return new Map([...files, ['index.html', '<!doctype html><meta charset="utf-8"><title>Tests</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>']]);
}

/** The project in `folder`, by its own `index.html` and configuration. */
export async function bundleProject(folder: string): Promise<Site> {
  return bundled({ root: folder, logLevel: 'error', build: { write: false } });
}

async function bundled(config: InlineConfig): Promise<Map<string, string | Uint8Array>> {
  const [{ output }] = [await build(config)].flat() as [Rolldown.RolldownOutput];
  return new Map(output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

/** Headers of every answer, such as a content security policy. */
export type Headers = Readonly<Record<string, string>>;

/** With these a page may share memory between threads. */
export const isolated: Headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

const types: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };

/** A site that is being served. */
export interface Served {
  readonly url: string;
  close(): void;
}

export async function serve(site: Site, headers: Headers = {}): Promise<Served> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname.slice(1) || 'index.html';
    const body = site.get(path);
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...headers, 'Content-Type': types[extname(path)] ?? 'application/octet-stream' }).end(body);
  });
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
