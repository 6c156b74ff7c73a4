import type { DType, Storage } from '@nn/tensor/backend';

/** A buffer of the pool. */
export interface PooledBuffer {
  readonly gpu: GPUBuffer;
  readonly id: number;
  readonly bytes: number;
  /** The last batch of the recorder that uses it. */
  batch: number;
}

/** A storage gets its buffer when it is first used: only then is it known whether the host or a kernel fills it. */
export interface GpuStorage extends Storage {
  buffer: PooledBuffer | undefined;
  freed: boolean;
}

export const newStorage = (dtype: DType, length: number): GpuStorage => ({ dtype, length, buffer: undefined, freed: false });

/** Every element takes four bytes on the device. */
export const ELEMENT_BYTES = 4;
