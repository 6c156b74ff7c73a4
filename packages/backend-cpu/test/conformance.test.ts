import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';

conformance('cpu', () => cpu(), { describe, it, expect });
