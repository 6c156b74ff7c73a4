import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { gpujs } from '../../src/index.ts';

conformance('gpujs (webgl2)', () => gpujs({ mode: 'webgl2' }), { describe, expect, it });
