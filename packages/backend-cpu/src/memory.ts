/** What lies at the start of the heap, before all storages. The first 64 bytes are zeros for ever: reads that must not happen read there. */

/** Words by which threads talk (see pool.ts). */
export const CONTROL = 1024;
/** Parameters of the job now running. */
export const PARAMETERS = 4096;
export const PARAMETER_BYTES = 61440;
/** Working space of each thread, e.g. for packed matrices. */
export const SCRATCH = 65536;
export const SCRATCH_BYTES = 1 << 20;
export const scratchOf = (thread: number): number => SCRATCH + thread * SCRATCH_BYTES;

/** The function of a BLAS that threads call. */
export const SGEMM = 'void cblas_sgemm(int, int, int, int, int, int, float, void *, int, void *, int, float, void *, int)';
/** Words of a slice: whether each operand is turned, m, n, k, then address and leading dimension of a, b and c. */
export const SLICE_WORDS = 11;
