/** What a page is told that asks for a device. */
import { webgpu } from '../../src/index.ts';

Object.assign(globalThis, { told: webgpu().then((device) => device.describe(), (error: Error) => error.message) });
