import type { DType, Storage } from '@nn/tensor/backend';
import type { Block, Kind } from './arena.ts';

/** A storage gets its place when it is first used: only then is it known whether the host or a kernel fills it. */
export interface GpuStorage extends Storage {
  block: Block | undefined;
  freed: boolean;
}

export const newStorage = (dtype: DType, length: number): GpuStorage => ({ dtype, length, block: undefined, freed: false });

/** In which kind of arena elements lie. */
export const kindOf = (dtype: DType): Kind => (dtype === 'float16' ? 'halves' : 'words');

/** Bytes of an element on the device. */
export const elementBytes = (dtype: DType): number => (dtype === 'float16' ? 2 : 4);

/** Bytes of a storage: whole words. */
export const storageBytes = ({ dtype, length }: Storage): number => Math.ceil((length * elementBytes(dtype)) / 4) * 4;
