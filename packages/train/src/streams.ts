/** The random streams that a fit draws from: the default one, and the loader's own. */
import { defaultGenerator, type Generator, type GeneratorState } from '@nn/tensor';

/** Where the streams stand. */
export interface StreamState { readonly default: GeneratorState; readonly loader?: GeneratorState }

/** The streams of one loader's passes. */
export class Streams {
  readonly #loader: Generator | undefined;
  /** Where they stood when the epoch began, before its order was drawn. */
  epoch: StreamState;

  constructor(loader: object | undefined) {
    const { generator } = (loader ?? {}) as { readonly generator?: Generator };
    this.#loader = generator === defaultGenerator ? undefined : generator;
    this.epoch = this.now;
  }

  get now(): StreamState { return { default: defaultGenerator.state, ...(this.#loader && { loader: this.#loader.state }) }; }
  set now(state: StreamState) {
    defaultGenerator.state = state.default;
    if (this.#loader && state.loader) this.#loader.state = state.loader;
  }

  /** An epoch begins. */
  mark(): void { this.epoch = this.now; }
}
