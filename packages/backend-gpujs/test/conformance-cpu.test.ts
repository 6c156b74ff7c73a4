import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { gpujs } from '../src/index.ts';

conformance('gpujs (cpu)', () => gpujs({ mode: 'cpu' }), { describe, expect, it });
