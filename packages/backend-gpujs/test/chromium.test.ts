import { inChromium } from '../../../tooling/page/in-chromium.ts';

await inChromium('in Chromium', new URL('page/conformance.ts', import.meta.url));
