import type { Tensor } from '@nn/tensor';
import fixture from '../../../tooling/reference/fixtures/sequences.json' with { type: 'json' };
import * as layers from '../src/index.ts';
import { each } from './modules.ts';

each('embeddings', fixture.embeddings, (module, inputs) => module.forward(...inputs));
each('recurrent layers', fixture.recurrent, (module, [x, ...state]) => (state.length > 1 ? module.forward(x, state) : module.forward(x, ...state)));
each('packed sequences', fixture.packed, (module, [x], { lengths }) => {
  const [output, state] = module.forward(layers.packPaddedSequence(x!, lengths!, { enforceSorted: false })) as [layers.PackedSequence, Tensor];
  return [layers.padPackedSequence(output)[0], state];
});
