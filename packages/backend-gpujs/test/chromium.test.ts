/** gpu.js by WebGL, in a page that is bundled and minified. */
import { inChromium } from '../../../tooling/page/in-chromium.ts';

const page = new URL('page/conformance.ts', import.meta.url);

await inChromium('webgl', page, { query: 'mode=webgl&smoke' });
await inChromium('webgl2', page, { query: 'mode=webgl2' });
await inChromium('training', new URL('page/lecture.ts', import.meta.url));
