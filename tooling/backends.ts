// npm run backends: measures every backend that works here and writes docs/backends.md.
import '@nn/autograd';
import { writeFileSync } from 'node:fs';
import { cpu } from '@nn/backend-cpu';
import { gpujs } from '@nn/backend-gpujs';
import { webgpu } from '@nn/backend-webgpu';
import { reference } from '@nn/tensor';
import { measure } from '@nn/tensor/conformance';
import { type Column, file, render } from './matrix.ts';

const columns: Column[] = [];
for (const [name, make] of [['reference', reference], ['cpu', cpu], ['webgpu', webgpu], ['gpujs', gpujs]] as const) {
  const device = await make();
  columns.push({ name, engine: device.describe(), measurements: await measure(device) });
  await device.destroy();
  console.log(`${name}: ${device.describe()}`);
}
writeFileSync(file, render(columns));
console.log(`Wrote ${columns[0]!.measurements.length} operations to docs/backends.md.`);
