// Loops over typed arrays by hand, and what they are measured against: `Math`.
import { serve } from './protocol.mjs';

function unary(/** @type {{ op: 'exp' | 'tanh', size: number }} */ { op, size }) {
  const [x, y] = [Float32Array.from({ length: size }, (_, i) => Math.sin(i) * 3), new Float32Array(size)];
  const f = op === 'exp' ? Math.exp : Math.tanh;
  return () => { for (let i = 0; i < size; i++) y[i] = f(/** @type {number} */ (x[i])); };
}

await serve({ name: 'loops over Math.exp and Math.tanh', version: '', engine: `Node ${process.versions.node}` }, { unary });
