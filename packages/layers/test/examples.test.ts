/** The examples in the documentation of all that is exported: they run, and give what they say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from '@nn/backend-cpu';
import * as tensors from '@nn/tensor';
import { afterAll, beforeAll } from 'vitest';
import { testExamples } from '../../../tooling/examples.ts';
import * as layers from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
beforeAll(async () => { tensors.setDefaultDevice(await cpu({ threads: 1 })); });
afterAll(() => { rmSync(folder, { recursive: true }); });

// Files are written where they can be thrown away.
testExamples(new URL('../src/', import.meta.url), { ...tensors, ...layers }, (code) => code.replaceAll("'model.safetensors'", JSON.stringify(join(folder, 'model.safetensors'))));
