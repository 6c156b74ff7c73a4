/** The recorded graph: leaves where gradients end, and steps with what their backward needs. */
import { fail, keep, type Shape, type Tensor, Tensor as TensorClass } from '@nn/tensor';
import { type GradientHook, type GraphNode, type Handle, handle, type Layout, mapped, type Primitive, spoken, type Step, watching } from '@nn/tensor/trace';
import { keeps } from './rules.ts';

/** Nodes are counted: by the tensors that are their outputs and the nodes that lead to them. */
abstract class Counted implements GraphNode {
  abstract readonly leaf: boolean;
  abstract gradient: Tensor | null;
  abstract readonly borrowed: Tensor | null;
  /** Hooks per output; most nodes have none. */
  #hooks: Map<number, Set<GradientHook>> | undefined;
  #count = 0;

  get hooks(): ReadonlyMap<number, ReadonlySet<GradientHook>> | undefined { return this.#hooks; }
  /** Adds a hook; gives what removes it. */
  hook(output: number, hook: GradientHook): () => void {
    this.#hooks ??= new Map<number, Set<GradientHook>>();
    const hooks = this.#hooks.get(output) ?? new Set();
    this.#hooks.set(output, hooks.add(hook));
    return () => { hooks.delete(hook); };
  }

  retain(): void { this.#count++; }
  release(): void { if (--this.#count === 0) drop(this); }
  /** Lets go of all that it holds. */
  abstract drop(): void;
}

const doomed: Counted[] = [];
let dropping = false;

/** Dropping a node may drop those before it, and so on: one after another, since graphs can be deeper than the stack. */
function drop(node: Counted): void {
  doomed.push(node);
  if (dropping) return;
  dropping = true;
  try {
    for (let next = doomed.pop(); next; next = doomed.pop()) next.drop();
  } finally {
    dropping = false;
  }
}

/** Where gradients end. */
export class Leaf extends Counted {
  /** One is always there, for the reason that scopes last (see `Scope` of @nn/tensor): during a validation there may be no other. */
  static readonly lasting = new Leaf();
  readonly leaf = true;
  #gradient: Tensor | null = null;
  #exposed = false;

  /** Reading it hands it out: then it is no longer ours to free. */
  get gradient(): Tensor | null {
    if (this.#gradient && !this.#exposed) {
      this.#exposed = true;
      this.#gradient[handle].owner = this;
      keep(this.#gradient);
    }
    return this.#gradient;
  }
  set gradient(next: Tensor | null) {
    if (next === this.#gradient) return;
    if (!this.#exposed) this.#gradient?.release();
    this.#gradient = next;
    this.#exposed = next !== null;
  }
  get borrowed(): Tensor | null { return this.#gradient; }

  /** Takes over a gradient that nobody else holds. */
  own(next: Tensor): void {
    this.gradient = null;
    this.#gradient = next;
    this.#exposed = false;
  }

  drop(): void { this.gradient = null; }
}

/** Where an input came from. */
export interface Edge { readonly node: GraphNode; readonly output: number }

const NOTHING: readonly never[] = [];

interface Saved { readonly own: Handle; readonly version: number }

/** One recorded step. It holds the values that its rule mentions, and nothing else. */
export class StepNode<P extends Primitive = Primitive> extends Counted {
  /** See {@link Leaf.lasting}. */
  static readonly lasting = new StepNode({ primitive: 'permute', inputs: [], attributes: { order: [] }, outputs: [] });
  readonly leaf = false;
  readonly gradient = null;
  readonly borrowed = null;
  readonly primitive: P;
  readonly attributes: Step<P>['attributes'];
  edges: readonly (Edge | undefined)[];
  layouts: readonly Layout[];
  readonly shapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  /** The part of a model that it belongs to, as far as a profile is taken. */
  readonly part: string | undefined = watching.by?.part;
  #inputs: readonly (Saved | undefined)[];
  #outputs: readonly (Saved | undefined)[];
  #dropped = false;

  constructor(step: Step<P>) {
    super();
    this.primitive = step.primitive;
    this.attributes = step.attributes;
    this.edges = mapped(step.inputs, (input) => edgeOf(input));
    for (const edge of this.edges) edge?.node.retain();
    this.layouts = mapped(step.inputs, (input) => input[handle].layout);
    this.shapes = mapped(step.inputs, (input) => input.shape);
    this.outputShapes = mapped(step.outputs, (output) => output.shape);
    const kept = keeps(step, mapped(this.edges, (edge) => edge !== undefined));
    this.#inputs = mapped(step.inputs, (input, i) => (kept.inputs[i] ? save(input) : undefined));
    this.#outputs = mapped(step.outputs, (output, i) => (kept.outputs[i] ? save(output) : undefined));
    step.outputs.forEach((output, i) => output[handle].join(this, i));
  }

  get dropped(): boolean { return this.#dropped; }

  /** A kept input, as part of the graph where its gradient is recorded too. */
  input(i: number, recording: boolean): Tensor { return this.#restore(this.#inputs[i], recording ? this.edges[i] : undefined); }
  /** A kept output. */
  output(i: number, recording: boolean): Tensor { return this.#restore(this.#outputs[i], recording ? { node: this, output: i } : undefined); }

  #restore(saved: Saved | undefined, edge: Edge | undefined): Tensor {
    if (!saved) fail('backward', `a rule of ${this.primitive} asks for a value that it does not keep`);
    const { own, version } = saved;
    if (own.allocation.version !== version) {
      fail('backward', `a value saved for ${spoken(this.primitive, this.attributes)} was overwritten (version ${own.allocation.version}, saved ${version})`, 'Call backward() before optimizer.step() or assign().');
    }
    const tensor = new TensorClass(own.viewed(own.layout));
    if (edge) tensor[handle].join(edge.node, edge.output);
    return tensor;
  }

  /** A result that lives on then leads to nothing of its graph. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    for (const saved of this.#inputs) saved?.own.release('backward()');
    for (const saved of this.#outputs) saved?.own.release('backward()');
    for (const edge of this.edges) edge?.node.release();
    this.edges = this.layouts = this.#inputs = this.#outputs = NOTHING;
  }
}

/** The node behind a tensor, if it is part of a graph. */
export function edgeOf(tensor: Tensor): Edge | undefined {
  const { node, output } = tensor[handle];
  return node && { node, output };
}

function save(tensor: Tensor): Saved {
  const own = tensor[handle];
  return { own: own.viewed(own.layout), version: own.allocation.version };
}
