/**
 * WebGPU as a device for `@nn/tensor`: in pages, and in Node through Dawn.
 * @packageDocumentation
 */
export type { Kernel } from './kernel.ts';
export { nullDevice, webgpu, type Restrictions, type WebGpuOptions } from './webgpu.ts';
