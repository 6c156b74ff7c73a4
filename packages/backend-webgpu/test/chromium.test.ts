/** The suite in a page, through `navigator.gpu`. All of it takes a minute on a software adapter: `npm run test:all`, or NN_ALL=1. */
import { inChromium } from '../../../tooling/page/in-chromium.ts';

await inChromium('in Chromium', new URL('page/conformance.ts', import.meta.url), { query: process.env.NN_ALL ? 'all' : '' });
