/** Two networks that read characters and say which comes next: ids [N, T] to logits [N, T, characters]. */
import { Embedding, Linear, LSTM, Module, PositionalEncoding, TransformerEncoder, TransformerEncoderLayer } from '@nn/layers';
import type { Tensor } from '@nn/tensor';

export class CharLSTM extends Module {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(characters: number, width: number) {
    super();
    this.embedding = new Embedding(characters, 32);
    this.lstm = new LSTM(32, width, { batchFirst: true });
    this.head = new Linear(width, characters);
  }

  forward(ids: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(ids));
    return this.head.forward(output);
  }
}

export class CharTransformer extends Module {
  readonly embedding: Embedding;
  readonly positions: PositionalEncoding;
  readonly encoder: TransformerEncoder;
  readonly head: Linear;

  constructor(characters: number, width: number) {
    super();
    this.embedding = new Embedding(characters, width);
    this.positions = new PositionalEncoding(width, { dropout: 0, maxLength: 1024, batchFirst: true });
    const layer = new TransformerEncoderLayer(width, 4, { dimFeedforward: 2 * width, dropout: 0, batchFirst: true, normFirst: true });
    this.encoder = new TransformerEncoder(layer, 2);
    this.head = new Linear(width, characters);
  }

  forward(ids: Tensor): Tensor {
    return this.head.forward(this.encoder.forward(this.positions.forward(this.embedding.forward(ids)), { isCausal: true }));
  }
}
