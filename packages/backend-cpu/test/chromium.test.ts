/** In a page: what it may do decides on threads, and on WebAssembly at all. A tenth of the conformance suite; all of it under `npm run test:all`, but for the interpreter, which is the reference. */
import { isolated } from '../../../tooling/page/bundle.ts';
import { inChromium } from '../../../tooling/page/in-chromium.ts';

const page = new URL('page/conformance.ts', import.meta.url);
const says = (text: string, all = process.env.NN_ALL !== undefined): string => `says=${encodeURIComponent(text)}${all ? '&all' : ''}`;

await inChromium('isolated from other origins: threads', page, { headers: isolated, query: says('2 threads)') });
await inChromium('not isolated: one thread', page, { query: says('1 thread: memory cannot be shared here') });
const strict = "script-src 'self' 'wasm-unsafe-eval'";
await inChromium('isolated, a policy that allows threads', page, { headers: { ...isolated, 'Content-Security-Policy': `${strict}; worker-src blob:` }, query: says('2 threads)') });
await inChromium('isolated, a policy that forbids threads', page, {
  headers: { ...isolated, 'Content-Security-Policy': strict }, query: says('1 thread: threads are not allowed here'), expected: /^Creating a worker .* violates/,
});
await inChromium('a policy that allows WebAssembly', page, { headers: { 'Content-Security-Policy': strict }, query: says('WebAssembly SIMD') });
await inChromium('a policy that forbids WebAssembly', page, { headers: { 'Content-Security-Policy': "script-src 'self'" }, query: says('interpreter', false) });
