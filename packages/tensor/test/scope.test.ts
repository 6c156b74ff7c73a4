import { describe, expect, it } from 'vitest';
import { complete, full, keep, ones, ReferenceBackend, reference, scope, tensor, type Tensor } from '@nn/tensor';

/** Bytes that `body` leaves behind on a device of its own. */
function left(body: (device: ReturnType<typeof reference>) => void): number {
  const device = reference();
  body(device);
  return device.memory().bytes;
}

describe('scope', () => {
  it('releases what was made in it, and returns its result', async () => {
    let kept: Tensor | undefined;
    expect(left((device) => { kept = scope(() => ones([4], { device }).add(1).mul(2)); })).toBe(16);
    expect(await kept!.toArray()).toEqual([4, 4, 4, 4]);
  });
  it('finds results in arrays, maps, sets and plain objects', () => {
    expect(left((device) => {
      const x = ones([1], { device });
      const made = scope(() => ({ a: [x.add(1)], b: new Map([['k', x.add(2)]]), c: new Set([x.add(3)]), d: { e: x.add(4) }, lost: new (class { x = x.add(5); })() }));
      expect(() => made.lost.x.add(1)).toThrow('released by scope');
    })).toBe(20);
  });
  it('hands results to the scope around it', () => {
    expect(left((device) => scope(() => { scope(() => scope(() => ones([4], { device }))); }))).toBe(0);
  });
  it('leaves what was made before it', async () => {
    const x = ones([2]);
    scope(() => { x.add(1); }, 'inner');
    expect(await x.sum().item()).toBe(2);
  });
  it('a view that is returned keeps the storage', async () => {
    const view = scope(() => tensor([[1, 2], [3, 4]]).T.at(1));
    expect(await view.toArray()).toEqual([2, 4]);
  });
  it('names what released a tensor', () => {
    let lost: Tensor | undefined;
    scope(() => { lost = ones([2]); }, 'validation');
    expect(() => lost!.add(1)).toThrow('add: this tensor was released by validation. Return it from there, or keep(x) it while it is alive.');
    const gone = ones([2]);
    gone.release();
    expect(() => gone.sum()).toThrow(/released by release\(\)/);
    expect(() => ones([2]).add(gone)).toThrow(/released by release\(\)/);
  });
  it('reads of a released tensor reject', async () => {
    let lost: Tensor | undefined;
    scope(() => { lost = ones([2]); });
    await expect(lost!.data()).rejects.toThrow('data: this tensor was released by scope');
    await expect(lost!.toArray()).rejects.toThrow('toArray:');
  });
  it('keep takes a tensor out', async () => {
    let kept: Tensor | undefined;
    scope(() => { scope(() => { kept = keep(ones([2])); }); });
    expect(await kept!.toArray()).toEqual([1, 1]);
  });
  it('releases when its body throws', () => {
    expect(left((device) => { expect(() => scope(() => { ones([4], { device }); throw new Error('mine'); })).toThrow('mine'); })).toBe(0);
  });
  it('refuses a body that awaits', () => {
    expect(() => scope(async () => { await Promise.resolve(); }, 'step')).toThrow('step: the callback returned a promise. Its extent is synchronous: await outside, and return tensors.');
    expect(() => scope(async () => { await Promise.reject(new Error('later')); })).toThrow(/promise/);
  });
  it('releasing twice is one release', () => {
    expect(left((device) => {
      const x = ones([2, 2], { device });
      const view = x.T;
      x.release();
      x.release();
      expect(device.memory().bytes).toBe(16);
      view.release();
    })).toBe(0);
  });
  it('using releases at the end of its block', () => {
    expect(left((device) => { using x = ones([4], { device }); void x.add; })).toBe(0);
  });
});

describe('memory', () => {
  it('is counted by dtype', () => {
    const device = reference();
    full([3], true, { device });
    full([3], 1, { device, dtype: 'float64' });
    full([3], 1, { device, dtype: 'int32' });
    expect(device.memory()).toEqual({ bytes: 3 + 24 + 12, peakBytes: 39, storages: 3 });
    scope(() => ones([100], { device }).add(1).sum());
    expect(device.memory().bytes).toBe(43);
    expect(device.memory().peakBytes).toBe(39 + 804);
    device.resetPeak();
    expect(device.memory().peakBytes).toBe(43);
  });

  /** A reference with a low ceiling. */
  const small = () => {
    const backend = new ReferenceBackend();
    return complete(Object.assign(backend, { limits: { ...backend.limits, memoryBytes: 2 ** 20, storageBytes: 2 ** 19 } }));
  };
  it('ends at a ceiling, with an error that names scope', () => {
    const device = small();
    const x = ones([1000], { device });
    const loop = () => { for (let i = 0; i < 10_000; i++) x.add(i); };
    expect(loop).toThrow(/^allocate: 1\.0 MiB are live on reference, 0\.0 MiB more would pass its 1\.0 MiB\. A loop that never awaits holds every value of every step: wrap the step in scope/);
  });
  it('a loop in a scope does not reach it', () => {
    const device = small();
    const x = ones([1000], { device });
    for (let i = 0; i < 1000; i++) scope(() => { x.add(i); });
    expect(device.memory().bytes).toBe(4000);
  });
  it('a loop that awaits does not reach it: what nobody holds is freed', async () => {
    const device = small();
    const x = ones([1000], { device });
    let sum = 0;
    for (let i = 0; i < 600; i++) sum += await x.add(i).at(0).item();
    expect(sum).toBe(600 + (599 * 600) / 2);
  });
  it('one tensor can be too large', () => {
    expect(() => ones([200_000], { device: small() })).toThrow(/^allocate: 0\.8 MiB in one tensor, reference takes 0\.5 MiB\. Use smaller batches\./);
  });
});
