/** Parameters by position and by name. */
import { fail, type Tensor } from '@nn/tensor';
import { isParameter, Parameter } from '../parameter.ts';
import { DictOf } from './dict.ts';
import { ListOf } from './list.ts';

const asParameter = (value: Tensor): Parameter => (isParameter(value) ? value : new Parameter(value));

/**
 * Parameters by position; tensors become parameters. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 *
 * @example
 * new ParameterList([ones([2]), zeros([3])]).parameters().length; // 2
 */
export class ParameterList extends ListOf<Parameter, never[], never> {
  static override readonly typeName = 'ParameterList';
  constructor(values: Iterable<Tensor> = []) {
    super();
    for (const value of values) this.append(asParameter(value));
  }
  protected override taken(item: Parameter): Parameter { return asParameter(item); }
  /** Those from `start` up to `end` in a list of their own; the parameters are the same. */
  slice(start?: number, end?: number): ParameterList { return new ParameterList([...this].slice(start, end)); }
  forward(): never { return fail('ParameterList', 'it has no forward'); }
}

/**
 * Parameters by name; tensors become parameters. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 *
 * @example
 * new ParameterDict({ scale: ones([2]) }).get('scale');
 */
export class ParameterDict extends DictOf<Parameter, Tensor> {
  static override readonly typeName = 'ParameterDict';
  constructor(values: Readonly<Record<string, Tensor>> = {}) {
    super();
    this.update(values);
  }
  protected taken(value: Tensor): Parameter { return asParameter(value); }
  forward(): never { return fail('ParameterDict', 'it has no forward'); }
}
