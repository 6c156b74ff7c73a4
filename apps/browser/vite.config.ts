import { defaultClientConditions, defineConfig } from 'vite';

/** With these headers a page may share memory, and the CPU has threads. Any server that sends them will do. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  base: './',
  resolve: { conditions: ['@nn/source', ...defaultClientConditions] }, // the sources of this repository, not what was built of them
  worker: { format: 'es' },
  build: { target: 'es2022' },
  server: { headers },
  preview: { headers },
});
