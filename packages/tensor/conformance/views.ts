/** Views of every kind: what the other families feed to their operations. */
import { all, range, type Shape, type Tensor } from '../src/index.ts';

export interface NamedView {
  readonly name: string;
  /** Of the tensor that it looks at. */
  readonly shape: Shape;
  readonly view: (x: Tensor) => Tensor;
}

export const layouts: readonly NamedView[] = [
  { name: 'a whole tensor', shape: [3, 4], view: (x) => x },
  { name: 'a transpose', shape: [4, 3], view: (x) => x.transpose(0, 1) },
  { name: 'permuted axes', shape: [2, 3, 4], view: (x) => x.permute(1, 2, 0) },
  { name: 'a slice', shape: [5, 6], view: (x) => x.at(range(1, 4), range(2)) },
  { name: 'every second element', shape: [7, 8], view: (x) => x.at(range(1, 7, 2), range(0, 8, 2)) },
  { name: 'a flip', shape: [3, 4], view: (x) => x.flip() },
  { name: 'a negative step', shape: [7, 8], view: (x) => x.at(range(6, undefined, -3), range(-2, 0, -2)) },
  { name: 'a repeated row', shape: [1, 4], view: (x) => x.expand([3, 4]) },
  { name: 'a repeated element', shape: [], view: (x) => x.expand([2, 3]) },
  { name: 'zeros around', shape: [2, 3], view: (x) => x.pad([1, 2, 2, 1]) },
  { name: 'cropped', shape: [5, 6], view: (x) => x.pad([-1, -2, -2, -1]) },
  { name: 'zeros before, cropped behind', shape: [4, 5], view: (x) => x.pad([2, -1, -1, 2]) },
  { name: 'windows', shape: [2, 7], view: (x) => x.unfold(1, 3) },
  { name: 'windows with steps and gaps', shape: [2, 9], view: (x) => x.unfold(1, 2, 3, { dilation: 2 }) },
  { name: 'padded windows', shape: [2, 5], view: (x) => x.pad([1, 1]).unfold(1, 3, 2) },
  { name: 'padded windows, flipped and transposed', shape: [2, 5], view: (x) => x.pad([2, 1]).unfold(1, 3).flip([0, 2]).transpose(1, 2) },
  { name: 'a slice of padded windows', shape: [6, 6], view: (x) => x.pad([1, 1, 1, 1]).unfold(0, 3, 2).unfold(1, 3, 2).at(range(1), all, 1) },
  { name: 'zeros around zeros', shape: [2, 2], view: (x) => x.pad([1, 0]).flip(1).pad([1, 1, 0, 1]) },
  { name: 'a diagonal', shape: [3, 4, 5], view: (x) => x.diagonal(0, 0, 2) },
  { name: 'a diagonal of padding', shape: [3, 3], view: (x) => x.pad([1, 0]).expand([2, 3, 4]).diagonal(0, 1, 2) },
  { name: 'a reshaped transpose', shape: [4, 6], view: (x) => x.transpose(0, 1).reshape(3, 8) },
  { name: 'a split axis of padding', shape: [3, 4], view: (x) => x.pad([1, 1]).reshape(3, 2, 3) },
];
