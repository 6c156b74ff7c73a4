import { execFileSync } from 'node:child_process';
import { contiguous, type Device, identity, permuted, RowFunction, trace, type View } from '@nn/tensor/backend';
import { cpu } from '@nn/backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice, filled, values } from './random-functions.ts';

const devices: Device[] = [];
beforeAll(async () => { for (const threads of [1, 2, 3]) devices.push(await cpu({ threads })); });
afterAll(async () => { for (const device of devices) await device.destroy(); });

/** The bytes of what `compute` leaves in a float32 storage of `length`, on every device, several times. */
function everywhere(length: number, compute: (device: Device, input: (shape: readonly number[], seed: number) => View, output: { storage: View['storage']; offset: 0 }) => void): Uint8Array[] {
  return devices.flatMap((device) => [0, 1, 2].map(() => {
    const made: View['storage'][] = [];
    const input = (shape: readonly number[], seed: number): View => {
      const storage = filled(device, 'float32', values(new Dice(seed), 'float32', shape.reduce((a, b) => a * b, 1)));
      made.push(storage);
      return { storage, ...contiguous(shape) };
    };
    const storage = device.allocate('float32', length);
    compute(device, input, { storage, offset: 0 });
    const result = device.readSync(storage, 0, length);
    for (const each of [...made, storage]) device.free(each);
    return new Uint8Array(result.buffer);
  }));
}

function expectOne(results: readonly Uint8Array[]): void {
  for (const result of results) expect(Buffer.compare(result, results[0]!)).toBe(0);
}

describe('1, 2 and 3 threads give the same bits', () => {
  const wave = trace(['float32', 'float32'], [], ([x, y]) => [x!.sin().mul(y!.exp()).tanh()]);

  it('map', () => {
    expectOne(everywhere(300 * 701, (device, input, output) => {
      const turned = input([701, 300], 2);
      device.map(wave, [input([300, 701], 1), { ...permuted(turned, [1, 0]), storage: turned.storage }], [], [output], [300, 701]);
    }));
  });
  it('reduce over each axis', () => {
    for (const axes of [[0], [1], [2], [0, 2], [0, 1, 2]]) {
      const shape = [40, 90, 70];
      const count = shape.filter((_, axis) => !axes.includes(axis)).reduce((a, b) => a * b, 1);
      expectOne(everywhere(count, (device, input, output) => device.reduce('sum', wave, [input(shape, 1), input(shape, 2)], [], shape, axes, output)));
    }
  });
  it('a long sum', () => {
    expectOne(everywhere(1, (device, input, output) => device.reduce('sum', identity('float32'), [input([1_000_003], 1)], [], [1_000_003], [0], output)));
  });
  it('matmul', () => {
    for (const [m, k, n] of [[33, 784, 512], [300, 70, 301], [1, 1000, 999]] as const) {
      expectOne(everywhere(m * n, (device, input, output) => device.matmul(input([m, k], 1), input([k, n], 2), output)));
    }
    expectOne(everywhere(1100 * 64, (device, input, output) => device.matmul(input([1100, 8, 40], 1), input([1100, 40, 8], 2), output)));
  });
  it('an epilogue within the product, with the bits of one after it', () => {
    const end = trace(['float32', 'float32', 'float32'], ['float32'], ([y, bias, scale], [slope]) => [y!.add(bias!).mul(scale!).maximum(slope!)]);
    for (const [batch, m, k, n] of [[1, 33, 784, 512], [1, 512, 32, 33], [3, 65, 70, 301], [1, 1, 500, 999], [2, 5, 3, 2], [900, 40, 8, 9], [2, 20, 900, 300]] as const) {
      const shape = [batch, m, n];
      const repeated = (view: View, strides: readonly number[]): View => ({ ...view, shape, strides });
      const product = (device: Device, input: Parameters<Parameters<typeof everywhere>[1]>[1], output: { storage: View['storage']; offset: 0 }, within: boolean) => {
        const [a, b] = [input([batch, m, k], 1), input([batch, k, n], 2)];
        const epilogue = { function: end, inputs: [repeated(input([n], 3), [0, 0, 1]), repeated(input([batch, m, 1], 4), [m, 1, 0])], uniforms: [0.25] };
        device.matmul(a, b, output, within ? epilogue : undefined);
        if (!within) device.map(end, [{ storage: output.storage, ...contiguous(shape) }, ...epilogue.inputs], epilogue.uniforms, [output], shape);
      };
      expectOne([true, false].flatMap((within) => everywhere(batch * m * n, (device, input, output) => { product(device, input, output, within); })));
    }
  });
  it('products, whichever height of tiles is tried and chosen meanwhile', async () => {
    const device = await cpu({ threads: 1 });
    const a: View = { storage: filled(device, 'float32', values(new Dice(1), 'float32', 49 * 900)), ...contiguous([49, 900]) };
    const b: View = { storage: filled(device, 'float32', values(new Dice(2), 'float32', 900 * 45)), ...contiguous([900, 45]) };
    const storage = device.allocate('float32', 49 * 45);
    expectOne(Array.from({ length: 400 }, () => {
      device.matmul(a, b, { storage, offset: 0 });
      return new Uint8Array(device.readSync(storage, 0, 49 * 45).buffer);
    }));
    await device.destroy();
  });
  it('rows', () => {
    const softmax = new RowFunction(trace(['float32'], [], ([x]) => {
      const e = x!.sub(x!.rowPeak()).exp();
      return [e.div(e.rowSum())];
    }), [false]);
    for (const [rows, length] of [[700, 33], [5, 9000], [3, 40_000]] as const) {
      expectOne(everywhere(rows * length, (device, input, output) => device.rows(softmax, [input([rows, length], 1)], [], [output], [rows, length], [1])));
    }
  });
  it('several maps at once', () => {
    expectOne(everywhere(90_001, (device, input, output) => {
      const calls = [70_000, 1, 20_000].map((length, i) => ({ inputs: [input([length], 1), input([length], 2)], uniforms: [], outputs: [{ ...output, offset: [0, 70_000, 70_001][i]! }], shape: [length] }));
      device.mapEach(wave, calls);
    }));
  });
  it('randomUniform', () => {
    expectOne(everywhere(200_001, (device, _, output) => device.randomUniform([1, 2], 3, 200_001, output)));
  });
});

describe('values that are read and written while threads compute', () => {
  const side = 300;
  const length = side ** 2;
  const host = (start: number) => Float32Array.from({ length }, (_, i) => ((start + i * 7919) % 1009) / 1009);

  it('memory that is written anew was in use no more', () => {
    const sums = devices.map((device) => {
      const totals: number[] = [];
      for (let round = 0; round < 12; round++) {
        const input = filled(device, 'float32', host(round));
        const output = device.allocate('float32', length);
        const total = device.allocate('float32', 1);
        const view: View = { storage: input, ...contiguous([side, side]) };
        device.matmul(view, view, { storage: output, offset: 0 });
        // The next round's input takes this block, while the product may still be waited for.
        device.free(input);
        const next = filled(device, 'float32', host(-round));
        device.reduce('max', identity('float32'), [{ storage: output, ...contiguous([side, side]) }], [], [side, side], [0, 1], { storage: total, offset: 0 });
        totals.push(device.readSync(total, 0, 1)[0]!);
        for (const storage of [next, output, total]) device.free(storage);
      }
      return totals;
    });
    for (const each of sums) expect(each).toEqual(sums[0]);
  });
  it('what is written twice is seen in order, and an early value is read before later ones are there', () => {
    const results = devices.map((device) => {
      const input = filled(device, 'float32', host(1));
      const [first, second] = [device.allocate('float32', length), device.allocate('float32', length)];
      const shape = [side, side];
      device.matmul({ storage: input, ...contiguous(shape) }, { storage: input, ...contiguous(shape) }, { storage: first, offset: 0 });
      device.write(input, host(2));
      device.matmul({ storage: input, ...contiguous(shape) }, { storage: first, ...contiguous(shape) }, { storage: second, offset: 0 });
      const read = [first, second].map((storage) => [...device.readSync(storage, 0, 10)]);
      for (const storage of [input, first, second]) device.free(storage);
      return read;
    });
    for (const each of results) expect(each).toEqual(results[0]);
  });
});

describe('threads', () => {
  it('see memory that has grown', () => {
    const device = devices[1]!;
    const blocks = Array.from({ length: 8 }, () => device.allocate('float32', 2 ** 22));
    for (const storage of blocks) {
      const ones = trace([], [], (_inputs, _uniforms, table) => [table.constant(1, 'float32')]);
      device.map(ones, [], [], [{ storage, offset: 0 }], [2 ** 22]);
      const sum = device.allocate('float32', 1);
      device.reduce('sum', identity('float32'), [{ storage, ...contiguous([2 ** 22]) }], [], [2 ** 22], [0], { storage: sum, offset: 0 });
      expect(device.readSync(sum, 0, 1)[0]).toBe(2 ** 22);
      device.free(sum);
    }
    for (const storage of blocks) device.free(storage);
  });

  it('are told in the description', () => {
    expect(devices.map((device) => /(\d threads?)\)$/.exec(device.describe())?.[1])).toEqual(['1 thread', '2 threads', '3 threads']);
  });

  it('do not keep a process alive', () => {
    const program = "import { cpu } from '@nn/backend-cpu'; const device = await cpu({ threads: 3 }); console.log(device.name);";
    const run = () => execFileSync(process.execPath, ['--conditions=@nn/source', '--input-type=module', '-e', program], { cwd: import.meta.dirname, timeout: 5000, encoding: 'utf8' });
    expect(run()).toBe('cpu\n');
  });
});
