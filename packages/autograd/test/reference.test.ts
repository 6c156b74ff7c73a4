import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { reference } from '@nn/tensor';
import { conformance } from '@nn/tensor/conformance';

conformance('reference', () => reference(), { describe, expect, it });
