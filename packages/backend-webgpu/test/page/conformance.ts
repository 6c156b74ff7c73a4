import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { webgpu } from '../../src/index.ts';

it('names the adapter and says that it is software', async () => {
  const device = await webgpu();
  expect(device.describe()).toMatch(/^webgpu \(SOFTWARE ADAPTER, not a GPU: .*navigator\.gpu/);
  await device.destroy();
});
conformance('webgpu', () => webgpu(), { describe, expect, it });
