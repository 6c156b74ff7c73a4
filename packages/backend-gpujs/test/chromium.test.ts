/** gpu.js by WebGL, in a page that is bundled and minified. */
import { FashionMNIST } from '@nn/data';
import { inChromium } from '../../../tooling/page/in-chromium.ts';

const page = new URL('page/conformance.ts', import.meta.url);

await inChromium('webgl', page, { query: 'mode=webgl&smoke' });
await inChromium('webgl2', page, { query: 'mode=webgl2' });

const dir = process.env.NN_DATA_DIR;
const images = dir ? await FashionMNIST.load({ dir, split: 'train' }) : undefined;
await inChromium('training', new URL('page/lecture.ts', import.meta.url), {
  timeout: 240_000,
  ...(images && { query: 'fashion', files: new Map([['images.bin', images.images.subarray(0, 5000 * 784)], ['labels.bin', images.labels.subarray(0, 5000)]]) }),
});
