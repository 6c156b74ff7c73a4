/** All parameters as one vector, and back. */
import { concat, fail, quietly, scope, show, type Tensor } from '@nn/tensor';

/**
 * The elements of tensors one after another. Gradients flow back to them.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 *
 * @param parameters e.g. `model.parameters()`
 * @returns [number of elements]
 * @throws where there are none
 * @example
 * parametersToVector(new Linear(2, 3).parameters()).shape; // [9]
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const all = [...parameters];
  if (all.length === 0) fail('parametersToVector', 'there are no parameters', 'Give one or more.');
  return scope(() => concat(all.map((parameter) => parameter.flatten()), 0), 'parametersToVector');
}

/**
 * Overwrites tensors with the elements of a vector, in the order of {@link parametersToVector}.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 *
 * @param vector [number of elements]
 * @throws where it has another number of elements
 * @example
 * const layer = new Linear(2, 1);
 * vectorToParameters(tensor([1, 2, 3]), layer.parameters());
 * layer.weight; // [[1, 2]]
 * layer.bias; // [3]
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const all = [...parameters];
  const count = all.reduce((sum, { numel }) => sum + numel, 0);
  if (vector.ndim !== 1 || vector.numel !== count) fail('vectorToParameters', `the vector is ${show(vector.shape)}, the parameters have ${count} elements`, `Give [${count}].`);
  quietly(() => {
    let at = 0;
    for (const parameter of all) {
      parameter.assign(vector.narrow(0, at, parameter.numel).reshape(...parameter.shape));
      at += parameter.numel;
    }
  }, 'vectorToParameters');
}
