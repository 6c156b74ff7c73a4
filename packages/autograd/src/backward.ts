/** The sweep: gradients from results back to leaves, each step once, after all that follows it. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { type BackwardOptions, type GraphNode, handle, isContiguous, mapped, type Primitive, sameShape, watching } from '@nn/tensor/trace';
import { type Edge, edgeOf, Leaf, StepNode } from './node.ts';
import { recording } from './recording.ts';
import type { Recorded } from './rule.ts';
import { pullBack } from './rules.ts';

/** A result and the gradient that enters there. */
export interface Start { readonly edge: Edge; readonly gradient: Tensor }

/** Gradients on their way, with their number of uses, so that each is freed as soon as it is consumed. */
class Pending {
  #waiting = new Map<GraphNode, (Tensor | undefined)[]>();
  #uses = new Map<Tensor, number>();

  add({ node, output }: Edge, gradient: Tensor): void {
    const list = this.#waiting.get(node) ?? [];
    while (list.length <= output) list.push(undefined);
    const before = list[output];
    const sum = before ? before.add(gradient) : gradient;
    this.#hold(sum);
    if (before) this.release(before);
    list[output] = sum;
    this.#waiting.set(node, list);
  }

  /** The gradients of a node's outputs; they are the caller's to release. */
  take(node: GraphNode): (Tensor | undefined)[] { return this.#waiting.get(node) ?? []; }

  replace(from: Tensor, to: Tensor): void {
    this.#hold(to);
    this.release(from);
  }

  release(gradient: Tensor): void {
    const left = (this.#uses.get(gradient) ?? 1) - 1;
    this.#uses.set(gradient, left);
    if (left === 0 && gradient[handle].owner) gradient.release();
  }

  /** Whether nobody else waits for this gradient. */
  sole(gradient: Tensor): boolean { return this.#uses.get(gradient) === 1; }
  #hold(gradient: Tensor): void { this.#uses.set(gradient, (this.#uses.get(gradient) ?? 0) + 1); }

  /** New maps rather than cleared ones, whose old tables would lead to all that comes later (see together.ts of @nn/tensor). */
  clear(): void {
    this.#waiting = new Map();
    this.#uses = new Map();
  }
}

/** Used again and again, as scopes are and for the same reason; a sweep within a sweep has its own. */
let idle: Pending | undefined = new Pending();

/**
 * Propagates gradients from `starts`. Without `targets` every leaf accumulates its own; with them, theirs are returned and no leaf changes.
 */
export function propagate(starts: readonly Start[], { createGraph = false, retainGraph = createGraph }: BackwardOptions, targets?: readonly Edge[]): (Tensor | undefined)[] {
  const order = sorted(mapped(starts, ({ edge }) => edge.node));
  for (const node of order) {
    if (node instanceof StepNode && node.dropped) fail('backward', 'the graph was dropped by an earlier backward()', 'Pass { retainGraph: true } to that call, or compute the result again.');
  }
  const needed = targets && reaching(order, new Set(targets.map(({ node }) => node)));
  const found = new Map<GraphNode, (Tensor | undefined)[]>();
  const pending = idle ?? new Pending();
  idle = undefined;
  const sweep = () => scope(() => {
    for (const { edge, gradient } of starts) pending.add(edge, gradient);
    for (const node of [...order].reverse()) {
      const gradients = hooked(node, pending);
      if (gradients.length === 0) continue;
      if (targets?.some((target) => target.node === node)) found.set(node, [...gradients]);
      if (node instanceof Leaf) {
        if (!targets) accumulate(node, gradients[0]!, pending, createGraph);
      } else if (isStep(node) && (!needed || needed.has(node))) {
        const stepped = () => scope(() => stepBack(node, createGraph, needed, gradients), 'backward');
        const results = watching.by ? watching.by.within(node.part, 'backward', stepped) : stepped();
        results.forEach((gradient, i) => { if (gradient && node.edges[i]) pending.add(node.edges[i], gradient); });
        if (!retainGraph) node.drop();
      }
      for (const gradient of gradients) if (gradient && !found.has(node)) pending.release(gradient);
    }
    return targets?.map(({ node, output }) => found.get(node)?.[output]) ?? [];
  }, 'backward()');
  // Dropping a step lets go of those before it, which have yet to run.
  for (const node of order) node.retain();
  try {
    return recording(createGraph, sweep);
  } finally {
    for (const node of order) node.release();
    pending.clear();
    idle = pending;
  }
}

/** A node's gradients after its hooks. */
function hooked(node: GraphNode, pending: Pending): (Tensor | undefined)[] {
  const gradients = pending.take(node);
  if (!(node instanceof Leaf || node instanceof StepNode) || !node.hooks) return gradients;
  for (const [output, hooks] of node.hooks) {
    for (const hook of hooks) {
      const before = gradients[output];
      const after = before && hook(before);
      if (after) {
        pending.replace(before, after);
        gradients[output] = after;
      }
    }
  }
  return gradients;
}

/** The leaf's own gradient: its storage is shared with nothing, so that it may be overwritten (clipping). */
function accumulate(leaf: Leaf, gradient: Tensor, pending: Pending, createGraph: boolean): void {
  const before = leaf.borrowed;
  const own = gradient[handle];
  const fresh = before ? before.add(gradient) : pending.sole(gradient) && own.owner && !own.allocation.shared && isContiguous(own.layout) ? gradient : gradient.clone();
  fresh[handle].owner = undefined;
  leaf.own(fresh);
  if (createGraph) void leaf.gradient;
}

const isStep = (node: GraphNode): node is StepNode => node instanceof StepNode;

function stepBack<P extends Primitive>(
  node: StepNode<P>, createGraph: boolean, needed: ReadonlySet<GraphNode> | undefined, gradients: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const step: Recorded<P> = {
    attributes: node.attributes, layouts: node.layouts, shapes: node.shapes, outputShapes: node.outputShapes,
    wanted: mapped(node.edges, (edge) => edge !== undefined && (!needed || needed.has(edge.node))),
    input: (i) => node.input(i, createGraph),
    output: (i) => node.output(i, createGraph),
  };
  return pullBack(node.primitive, step, mapped(node.outputShapes, (_, i) => gradients[i]));
}

/** Nodes behind `roots`, inputs before results. Iterative: graphs can be deeper than the stack. */
function sorted(roots: readonly GraphNode[]): GraphNode[] {
  const order: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  const stack: { node: GraphNode; next: number }[] = [];
  const push = (node: GraphNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    push(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edges: readonly (Edge | undefined)[] = top.node instanceof StepNode ? top.node.edges : [];
      if (top.next < edges.length) {
        const edge = edges[top.next++];
        if (edge) push(edge.node);
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** Of nodes in `order`, those that lead to a target. */
function reaching(order: readonly GraphNode[], targets: ReadonlySet<GraphNode>): Set<GraphNode> {
  const result = new Set<GraphNode>();
  for (const node of order) {
    if (targets.has(node) || (node instanceof StepNode && node.edges.some((edge) => edge && result.has(edge.node)))) result.add(node);
  }
  return result;
}

/** Where a gradient enters: given, or 1 for a result of one element. */
export function start(operation: string, from: Tensor, gradient: Tensor | undefined): Start {
  const edge = edgeOf(from) ?? fail(operation, `nothing was recorded for this ${show(from.shape)} tensor`, 'Begin with a tensor made with { requiresGrad: true } or a layer, outside of noGrad().');
  if (gradient) {
    if (!sameShape(gradient.shape, from.shape)) fail(operation, `the gradient is ${show(gradient.shape)}, the tensor ${show(from.shape)}`, 'Their shapes must be equal.');
    return { edge, gradient };
  }
  if (from.numel !== 1) fail(operation, `a tensor of ${show(from.shape)} is not a scalar`, 'Reduce it first, e.g. .sum() or .mean(), or pass its gradient.');
  return { edge, gradient: from.newFull(from.shape, 1) };
}
