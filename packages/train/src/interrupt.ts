/** Ctrl-C in Node and AbortSignals everywhere: a wish to stop, not an accident. */

/**
 * Calls `stop` on the first Ctrl-C or abort; a second Ctrl-C ends the process with status 130.
 * @returns what takes the listeners away
 */
export function onInterrupt(signal: AbortSignal | undefined, stop: () => void): () => void {
  const node = typeof process === 'object' && typeof process.on === 'function' ? process : undefined;
  let asked = false;
  const onSignal = (): void => {
    if (asked) node?.exit(130);
    asked = true;
    stop();
  };
  node?.on('SIGINT', onSignal);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  return () => {
    node?.off('SIGINT', onSignal);
    signal?.removeEventListener('abort', stop);
  };
}
