/** The conformance suite's kernels, each validated by Dawn's null backend. It computes nothing, so values are not looked at: a read fails where a kernel was refused. */
import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { type Kernel, nullDevice } from '../src/index.ts';

const kernels: Kernel[] = [];
conformance('webgpu (null)', () => nullDevice({ onKernel: (kernel) => kernels.push(kernel) }), { describe, it, expect: () => ({ toEqual: () => {} }) });

it('saw many kernels', () => { expect(kernels.length).toBeGreaterThan(100); });
