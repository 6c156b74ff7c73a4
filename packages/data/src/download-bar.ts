/** A download as a line on a terminal; nothing elsewhere, so that logs stay free of it. */
import type { DownloadProgress } from './download.ts';

const WIDTH = 24;
const EVERY_MS = 100;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Draws on the standard error, at most ten times a second; undefined where that is no terminal. */
export function terminalProgress(output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr): ((progress: DownloadProgress) => void) | undefined {
  if (!output.isTTY || process.env['TERM'] === 'dumb') return undefined;
  let drawn = -Infinity;
  return ({ file, received, total }) => {
    const now = performance.now();
    const done = received === total;
    if (!done && now - drawn < EVERY_MS) return;
    drawn = now;
    const full = Math.round(WIDTH * (total ? Math.min(1, received / total) : 0));
    const amount = total === undefined ? `${megabytes(received)} MB` : `${megabytes(received)} of ${megabytes(total)} MB`;
    output.write(`\r${file} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${amount}\u001B[K${done ? '\n' : ''}`);
  };
}
