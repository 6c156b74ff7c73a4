import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { available, unavailable } from './adapter.ts';

describe.skipIf(!available)(`on an adapter${unavailable}`, () => {
  conformance('webgpu', () => available!(), { describe, it, expect });
});
