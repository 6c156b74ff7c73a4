/** What went wrong on the device. It is learnt later than it is done, kept, and thrown at every call from then on: values after a failure cannot be trusted. */
import { DeviceLostError, message } from '@nn/tensor/backend';

/** What was being done, for the `cause` of an error. */
export interface Doing {
  readonly operation: string;
  readonly wgsl?: string;
  /** Shapes. */
  readonly facts?: string;
  /** Asked for. */
  readonly bytes?: number;
}

const ADVICE = 'What the device holds is lost: make a new device and restore from host copies.';

export class Failures {
  readonly #device: GPUDevice;
  readonly #pending = new Set<Promise<void>>();
  #first: DeviceLostError | undefined;
  #tell!: (error: DeviceLostError) => void;
  /** Resolves with the first failure. */
  readonly lost = new Promise<DeviceLostError>((resolve) => { this.#tell = resolve; });
  /** Whether the device is gone. */
  gone = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#note({ operation: 'webgpu' }, event.error);
    });
    void device.lost.then(({ reason, message: why }) => {
      this.gone = true;
      if (reason === 'destroyed') this.destroyed();
      else this.#fail(new DeviceLostError('lost', message('webgpu', `the device was lost (${why || reason})`, ADVICE)));
    });
  }

  /** Notes that this program is done with the device. */
  destroyed(): void {
    this.#fail(new DeviceLostError('destroyed', message('webgpu', 'the device was destroyed', 'Keep results on the host before destroy(), or make a new device.')));
  }

  /** Runs `act` and notes, later, what the device has to say about it. */
  watch<Result>(doing: Doing, act: () => Result): Result {
    const filters = ['validation', 'internal', 'out-of-memory'] as const;
    for (const filter of filters) this.#device.pushErrorScope(filter);
    try {
      return act();
    } finally {
      for (const _ of filters) this.#await(this.#device.popErrorScope().then((error) => { if (error) this.#note(doing, error); }, () => {}));
    }
  }

  /** Waits for news of all that was watched, and throws the first failure. */
  async check(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    this.throwKnown();
  }

  throwKnown(): void {
    if (this.#first) throw this.#first;
  }

  #await(news: Promise<void>): void {
    this.#pending.add(news);
    void news.then(() => this.#pending.delete(news));
  }

  #note({ operation, wgsl, facts, bytes }: Doing, error: GPUError): void {
    const memory = error.constructor.name === 'GPUOutOfMemoryError' || /out of memory/i.test(error.message);
    const cause = { operation, shapes: facts, wgsl, message: error.message };
    const text = memory
      ? message(operation, `the GPU has no memory left${bytes ? ` (${(bytes / 2 ** 20).toFixed(1)} MiB were asked for)` : ''}`, `Use smaller batches. ${ADVICE}`)
      : message(operation, `the GPU refused it${facts ? `, on ${facts}` : ''}: ${error.message.split('\n')[0]!}`, ADVICE);
    this.#fail(new DeviceLostError('failed', text, { cause }));
  }

  #fail(error: DeviceLostError): void {
    if (this.#first) return;
    this.#first = error;
    this.#tell(error);
  }
}
