/** What lies at the start of the heap, before all storages. The first 64 bytes are zeros for ever: reads that must not happen read there. */

/** Words by which threads talk (see pool.ts). */
export const CONTROL = 1024;
/** The jobs that have been asked for and are not done: a ring, 16 words each. */
export const JOBS = 2048;
export const JOB_WORDS = 16;
/** A power of two. */
export const MOST_JOBS = 128;
/** Parameters of each of them; not a power of two apart, so that they do not meet in the cache. */
const PARAMETERS = 65536;
export const PARAMETER_BYTES = 61440;
export const PARAMETER_STEP = PARAMETER_BYTES + 1088;
export const parametersOf = (job: number): number => PARAMETERS + (job & (MOST_JOBS - 1)) * PARAMETER_STEP;
/** Working space of each thread, e.g. for packed matrices. */
export const SCRATCH = 2 ** 23;
export const SCRATCH_BYTES = 1 << 20;
export const scratchOf = (thread: number): number => SCRATCH + thread * SCRATCH_BYTES;

/** The function of a BLAS that threads call. */
export const SGEMM = 'void cblas_sgemm(int, int, int, int, int, int, float, void *, int, void *, int, float, void *, int)';
/** Its names for an operand as it lies, and turned. */
export const PLAIN = 111;
export const TURNED = 112;
/** Words of a slice: whether each operand is turned, m, n, k, then address and leading dimension of a, b and c. */
export const SLICE_WORDS = 11;
