import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { epochLine, ProgressBar } from '@nn/train';

/** A terminal, or a file, that remembers. */
function output(isTTY: boolean, columns = 120) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('TERM', 'xterm');
  vi.stubEnv('NO_COLOR', '');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('ProgressBar', () => {
  const draw = (terminal: ReturnType<typeof output>) => {
    const bar = new ProgressBar({ total: 100, label: 'Epoch 1/5', output: terminal });
    vi.advanceTimersByTime(1000);
    bar.update(25, 'loss 0.5');
    bar.update(26);
    bar.stop();
    return terminal.written;
  };

  it('draws in place, not too often, and cleans up', () => {
    expect(draw(output(true))).toEqual([
      `\rEpoch 1/5 \u001B[32m${'█'.repeat(6)}${'░'.repeat(18)}\u001B[39m 25/100, 3 s left, loss 0.5\u001B[K`,
      '\r\u001B[K',
    ]);
  });

  it('has no colour where NO_COLOR is set', () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(draw(output(true))[0]).not.toContain('\u001B[3');
  });

  it('stays within the terminal', () => {
    vi.stubEnv('NO_COLOR', '1');
    const line = draw(output(true, 45))[0]!;
    expect(line.replace('\r', '').replace('\u001B[K', '').length).toBeLessThan(45);
  });

  it('is silent without a terminal', () => {
    expect(draw(output(false))).toEqual([]);
    vi.stubEnv('TERM', 'dumb');
    expect(draw(output(true))).toEqual([]);
  });
});

describe('epochLine', () => {
  const train = { loss: 2.35239, batches: 1641, metric: 0.74951, examples: 52500 };
  const validation = { loss: 0.6112, batches: 547, metric: 0.7993, examples: 17500 };

  it('says what each number is a mean of', () => {
    expect(epochLine({ epoch: 1, epochs: 5, train, validation, seconds: 12.34 }, { metric: 'Accuracy', examples: 'images' })).toBe(
      'Epoch [1/5], Loss: 2.3524 (mean of 1,641 batches), Accuracy: 0.7495 (52,500 images), ' +
      'Validation loss: 0.6112 (mean of 547 batches), Validation accuracy: 0.7993 (17,500 images), 12.3 s',
    );
  });

  it('leaves out what was not measured', () => {
    const { metric: _, ...bare } = train;
    expect(epochLine({ epoch: 2, epochs: 2, train: bare, seconds: 1 })).toBe('Epoch [2/2], Loss: 2.3524 (mean of 1,641 batches), 1.0 s');
  });
});
