/** All of the suite in a page, through `navigator.gpu`. */
import { inChromium } from '../../../tooling/page/in-chromium.ts';

await inChromium('in Chromium', new URL('page/conformance.ts', import.meta.url), { timeout: 60_000 });
