/** Ctrl-C: the first one asks to finish the step and save, the second one ends the process as usual. */

export interface Interrupt { readonly signal: AbortSignal; release(): void }

export function onInterrupt(say: (text: string) => void): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    process.off('SIGINT', listener);
    say('Interrupted: finishing the step, then evaluating and saving. Press Ctrl-C again to end at once.');
    controller.abort();
  };
  process.on('SIGINT', listener);
  return { signal: controller.signal, release: () => { process.off('SIGINT', listener); } };
}
