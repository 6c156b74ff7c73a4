/** How each primitive differentiates, in tensor operations, so that gradients have gradients. */
import { broadcastShapes, isFloat, type Tensor } from '@nn/tensor';
import { mapped, type Primitive, reducedShape, repeatedAxes, run, type Step } from '@nn/tensor/trace';
import { dilated, leftFactor, leftOf, onDiagonal, padded, rightFactor, rightOf } from './adjoint.ts';
import { pull, type Pullback, pullbackOf, type Seeding, seedings } from './pullback.ts';
import { pullRows, rowPullbackOf } from './row-pullback.ts';
import type { Kept, Recorded, Rule } from './rule.ts';

const inputsOnly = (...inputs: boolean[]): Kept => ({ inputs, outputs: [] });
const scalarRule = (pullback: Pullback): Kept => ({ inputs: pullback.inputs, outputs: pullback.outputs });

const rules: { readonly [P in Primitive]: Rule<P> } = {
  map: {
    keeps: ({ function: f }, wanted) => scalarRule(pullbackOf(f, wanted, seedings.given)),
    run: ({ attributes: { function: f, uniforms }, shapes, outputShapes, wanted, input, output }, gradients) =>
      pull(pullbackOf(f, wanted, seedings.only(mapped(gradients, (g) => g !== undefined))), shapes, outputShapes[0]!, uniforms, input, output, gradients as Tensor[]),
  },

  reduce: {
    keeps: ({ kind, function: f }, wanted) => {
      const { inputs, outputs } = pullbackOf(f, wanted, seedings[kind]);
      return kind === 'sum' ? { inputs, outputs } : { inputs: mapped(f.inputs, () => true), outputs: [true] };
    },
    run({ attributes: { kind, function: f, uniforms, axes }, shapes, wanted, input, output }, [gradient]) {
      const shape = broadcastShapes('reduce', ...shapes);
      const back = (y: Tensor): Tensor => y.reshape(...reducedShape(shape, axes, true)).expand(shape);
      const g = back(gradient!);
      const seeding: Seeding = seedings[kind];
      const more = seeding.counts.map((count) => {
        const operands = [...mapped(f.inputs, (_, i) => input(i)), ...(count.output ? [back(output(0))] : [])];
        return back(run('reduce', operands, { kind: count.kind, function: count.of(f), uniforms, axes })[0]!);
      });
      return pull(pullbackOf(f, wanted, seeding), shapes, shape, uniforms, input, () => back(output(0)), [g, ...more]);
    },
  },

  rows: {
    keeps: ({ function: f }, wanted) => rowPullbackOf(f, wanted),
    run: (step, gradients) => pullRows(rowPullbackOf(step.attributes.function, step.wanted, gradients), step, gradients),
  },

  matmul: {
    keeps: ({ epilogue }, wanted) => {
      const factors = [wanted[1]!, wanted[0]!] as const;
      if (!epilogue) return inputsOnly(...factors);
      const { inputs, outputs } = pullbackOf(epilogue.function, [true, ...wanted.slice(2)], seedings.given);
      return { inputs: [factors[0] || inputs[0]!, factors[1] || inputs[0]!, ...inputs.slice(1)], outputs };
    },
    run({ attributes: { axes, turned = [false, false], epilogue }, layouts, shapes, outputShapes, wanted, input, output }, [gradient]) {
      let product = gradient!;
      let rest: readonly (Tensor | undefined)[] = [];
      if (epilogue) {
        const pullback = pullbackOf(epilogue.function, [true, ...wanted.slice(2)], seedings.given);
        const operand = (i: number) => (i === 0 ? run('matmul', [input(0), input(1)], axes ? { axes } : { turned })[0]! : input(i + 1));
        const [first, ...others] = pull(pullback, [outputShapes[0]!, ...shapes.slice(2)], outputShapes[0]!, epilogue.uniforms, operand, output, [gradient!]);
        [product, rest] = [first!, others];
      }
      if (axes) return [wanted[0] ? leftOf(product, input(1), axes) : undefined, wanted[1] ? rightOf(input(0), product, axes) : undefined, ...rest];
      return [
        wanted[0] ? leftFactor(layouts[0]!, product, input(1), turned) : undefined,
        wanted[1] ? rightFactor(layouts[1]!, input(0), product, turned) : undefined, ...rest,
      ];
    },
  },

  gather: {
    keeps: () => inputsOnly(false, true),
    run: ({ attributes: { axis }, shapes, input }, [g]) => [run('scatterAdd', [g!, input(1)], { axis, shape: shapes[0]! })[0]],
  },
  scatterAdd: {
    keeps: () => inputsOnly(false, true),
    run: ({ attributes: { axis }, input }, [g]) => [run('gather', [g!, input(1)], { axis })[0]],
  },
  concat: {
    run({ attributes: { axis }, shapes }, [g]) {
      let start = 0;
      return shapes.map((shape) => g!.narrow(axis, (start += shape[axis]!) - shape[axis]!, shape[axis]!));
    },
  },

  reshape: { run: ({ shapes }, [g]) => [g!.reshape(...shapes[0]!)] },
  permute: { run: ({ attributes: { order } }, [g]) => [g!.permute(...order.map((_, axis) => order.indexOf(axis)))] },
  expand: { run: ({ shapes: [shape], attributes }, [g]) => [g!.sum(repeatedAxes(shape!, attributes.shape)).reshape(...shape!)] },
  slice: {
    // Spread the gradient to its step, then put zeros around it.
    run({ shapes: [shape], attributes: { axis, start, size, step } }, [g]) {
      if (size === 0) return [undefined];
      const stride = Math.abs(step);
      const rising = step < 0 ? g!.flip(axis) : g!;
      const before = step < 0 ? start + (size - 1) * step : start;
      return [padded(dilated(rising, axis, stride), axis, before, shape![axis]! - before - size * stride)];
    },
  },
  pad: { run: ({ attributes: { axis, before, after } }, [g]) => [padded(g!, axis, -before, -after)] },
  skew: { run: ({ shapes: [shape], attributes: { axis, shift } }, [g]) => [run('skew', [g!], { axis, size: shape![axis]!, shift: -shift })[0]] },
  diagonal: {
    run({ shapes: [shape], attributes: { a, b } }, [g]) {
      const kept = shape!.map((_, axis) => axis).filter((axis) => axis !== a && axis !== b);
      const spread = g!.permute(...shape!.map((_, axis) => (axis === a ? kept.length : kept.indexOf(axis))).filter((from) => from >= 0));
      const full = padded(spread.unsqueeze(b), a, 0, shape![a]! - g!.shape.at(-1)!).expand(shape!);
      return [onDiagonal(a, b)(full)];
    },
  },

  custom: {
    keeps: ({ saves }, wanted, outputs) => ({ inputs: mapped(wanted, () => saves.inputs), outputs: Array.from({ length: outputs }, () => saves.outputs) }),
    run: ({ attributes: { saves, backward }, shapes, outputShapes, input, output }, gradients) =>
      backward(gradients, saves.inputs ? mapped(shapes, (_, i) => input(i)) : [], saves.outputs ? mapped(outputShapes, (_, i) => output(i)) : []),
  },
};

/** What a step must keep. Inputs that take no gradient at all count as not wanted. */
export function keeps<P extends Primitive>({ primitive, attributes, inputs, outputs }: Step<P>, wanted: readonly boolean[]): Kept {
  const rule: Rule<P> = rules[primitive];
  return rule.keeps?.(attributes, mapped(wanted, (want, i) => want && isFloat(inputs[i]!.dtype)), outputs.length) ?? { inputs: [], outputs: [] };
}

/** Runs a step backwards. */
export function pullBack<P extends Primitive>(primitive: P, step: Recorded<P>, gradients: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
  const rule: Rule<P> = rules[primitive];
  return rule.run(step, gradients);
}
