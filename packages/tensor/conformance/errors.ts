/** Mistakes are told where they are made, in one form: operation, what is wrong, the facts, what to do. */
import { concat, type Device, fuse, ones, type Scalar, scope, type Tensor, tensor } from '../src/index.ts';
import { type Case, checked, type Devices } from './case.ts';

const sum = fuse((x: Scalar, y: Scalar) => x.add(y));

/** `mistake` has to throw at once an error of this form that has `parts` in it. */
function throwing(name: string, mistake: (device: Device, devices: Devices) => unknown, ...parts: readonly string[]): Case {
  return checked(name, async (devices) => {
    try {
      mistake(devices.device, devices);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return [/^[\w ]+(\(\))?: .+[.!?]$/s.test(text) ? undefined : 'is not of the form', ...parts.map((part) => (text.includes(part) ? undefined : `says nothing of "${part}"`))]
        .filter((wrong) => wrong !== undefined).map((wrong) => `the error ${wrong}: ${text}`);
    }
    return ['no error was thrown'];
  });
}

export const errors: readonly Case[] = [
  throwing('two devices', (device, { reference }) => ones([2], { device }).add(ones([2], { device: reference })), 'add', 'two devices', 'to(device)'),
  throwing('two devices in a fused function', (device, { reference }) => sum(ones([2], { device }), ones([2], { device: reference })), 'two devices'),
  throwing('assigning from another device', (device, { reference }) => ones([2], { device }).assign(ones([2], { device: reference })), 'assign'),
  throwing('shapes that do not broadcast', (device) => ones([2, 3], { device }).mul(ones([4, 3], { device })), 'mul', '[2, 3]', '[4, 3]'),
  throwing('inner sizes', (device) => ones([32, 784], { device }).matmul(ones([128, 10], { device })), 'matmul: inner sizes differ', '[32, 784] x [128, 10]', 'must be [784, n]'),
  throwing('batches that do not broadcast', (device) => ones([2, 3, 4], { device }).matmul(ones([3, 4, 5], { device })), 'matmul'),
  throwing('bool in matmul', (device) => ones([2, 2], { device, dtype: 'bool' }).matmul(ones([2, 2], { device, dtype: 'bool' })), 'matmul', 'Cast'),
  throwing('an axis out of range', (device) => ones([2, 3], { device }).sum(2), 'sum', 'axis 2'),
  throwing('a shape of another size', (device) => ones([2, 3], { device }).reshape(4, 2), 'reshape', '[2, 3]', '[4, 2]'),
  throwing('a window that does not fit', (device) => ones([4], { device }).unfold(0, 5), 'unfold', '[4]'),
  throwing('a float index', (device) => ones([4], { device }).gather(0, ones([1], { device })), 'gather', 'int32'),
  throwing('an axis twice', (device) => ones([2, 3], { device }).mean([0, 0]), 'mean', 'twice'),
  throwing('parts of different shapes', (device) => concat([ones([2, 3], { device }), ones([2, 4], { device })]), 'concat', '[2, 3] and [2, 4]'),
  throwing('overwriting with another shape', (device) => sum.into([ones([3], { device })], ones([2], { device }), 1), 'into'),
  throwing('overwriting too few', (device) => sum.into([], ones([2], { device }), 1), 'into', '0 targets'),
  throwing('overwriting from another device', (device, { reference }) => sum.into([ones([2], { device })], ones([2], { device: reference }), 1), 'into', 'two devices'),
  throwing('overwriting a view', (device) => ones([3, 2], { device }).T.assign(ones([2, 3], { device })), 'assign', 'view'),
  throwing('a released tensor', (device) => {
    let lost: Tensor | undefined;
    scope(() => { lost = ones([2], { device }); }, 'lecture');
    return lost!.add(1);
  }, 'add', 'released by lecture'),
  throwing('a dtype that no device has', (device) => tensor([1], { device, dtype: 'complex64' as 'float32' }), 'complex64'),
  throwing('too large a tensor', (device) => ones([2 ** 26, 2 ** 26], { device }), 'MiB'),
  throwing('bits of floats', (device) => ones([2], { device }).bitwiseAnd(1), 'no bits'),
];
