/** The examples in the documentation of all that is exported: they run, and give what they say. */
import * as tensors from '@nn/tensor';
import { testExamples } from '../../../tooling/examples.ts';
import * as metrics from '../src/index.ts';

testExamples(new URL('../src/', import.meta.url), { ...tensors, ...metrics });
