/** Finding an adapter, asking it for all that it can, and saying what it is. */
import { fail } from '@nn/tensor/backend';

/** Limits that are asked for at the adapter's best: the defaults are those of a phone. */
const wanted = [
  'maxStorageBuffersPerShaderStage', 'maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX',
] as const;

/** Features that kernels use where they are. */
const useful = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** `bare` asks for no feature and no more than the default limits, as on the poorest adapter. */
export async function requestDevice(gpu: GPU, where: string, powerPreference: GPUPowerPreference | undefined, bare = false): Promise<{ readonly device: GPUDevice; readonly info: GPUAdapterInfo }> {
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    fail('webgpu', `${where} finds no GPU adapter`, where === 'Dawn'
      ? 'On Linux it needs a Vulkan driver (the GPU maker\'s, or Mesa\'s: mesa-vulkan-drivers, which also has one in software); in a container, give it access to the GPU. Or use the cpu device.'
      : 'Update the browser and the GPU driver, or look at chrome://gpu for why it is off. Or use the cpu device.');
  }
  const requiredLimits = Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = useful.filter((feature) => adapter.features.has(feature));
  return { device: await adapter.requestDevice(bare ? {} : { requiredLimits, requiredFeatures }), info: adapter.info };
}

/** Whether kernels run on the host's processor. */
export const isSoftware = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.device} ${info.description}`);

/** Vendor, architecture, device and driver, as far as they are told. */
export const nameOf = (info: GPUAdapterInfo): string => [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(', ') || 'adapter not named';

export function describe(info: GPUAdapterInfo, { features }: GPUDevice, where: string): string {
  return `webgpu (${isSoftware(info) ? 'SOFTWARE ADAPTER, not a GPU: ' : ''}${nameOf(info)}; ${[where, ...useful.filter((feature) => features.has(feature))].join(', ')})`;
}
