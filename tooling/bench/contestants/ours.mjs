// @nn through its public face: `node --conditions=@nn/source ours.mjs '{"threads": 1}'` with what `cpu()` takes.
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { manualSeed, randn, setDefaultDevice } from '@nn/tensor';
import { epoch } from './ours-epoch.mjs';
import { cnn, lstm, step } from './ours-training.mjs';
import { missing, serve } from './protocol.mjs';

const device = await cpu(JSON.parse(process.argv[2] ?? '{}')).catch((/** @type {Error} */ error) => missing(error.message));
setDefaultDevice(device);
manualSeed(0);

/** [m, k] x [k, n]; `left` and `right` say which operands are transposed views. */
function gemm(/** @type {{ m: number, n: number, k: number, left?: boolean, right?: boolean }} */ { m, n, k, left = false, right = false }) {
  const a = left ? randn([k, m]).T : randn([m, k]);
  const b = right ? randn([n, k]).T : randn([k, n]);
  return () => a.matmul(b).release();
}

/** One operation on `size` numbers. */
function unary(/** @type {{ op: 'exp' | 'tanh', size: number }} */ { op, size }) {
  const x = randn([size]);
  return () => x[op]().release();
}

/** The sum of a matrix over one axis. */
function reduce(/** @type {{ rows: number, columns: number, axis: number }} */ { rows, columns, axis }) {
  const x = randn([rows, columns]);
  return () => x.sum(axis).release();
}

await serve({ name: '@nn', version: '0.0.0', engine: `${device.describe()}, Node ${process.versions.node}` }, { step, cnn, lstm, epoch, gemm, unary, reduce }, () => device.finish());
