/** Classes of any kind, and the zeros and ones that a network learns in their place. */
import { fail } from '@nn/tensor';

/** What a class may be called. */
export type Label = number | string | boolean;

const kindOf = (labels: readonly Label[]): string => [...new Set(labels.map((label) => typeof label))].join(' and ');

/**
 * The different labels, in order.
 *
 * @throws where there are none, they are of different kinds, or they are numbers with fractions
 */
export function classesOf(operation: string, labels: readonly Label[]): Label[] {
  const classes = [...new Set(labels)];
  if (classes.length === 0) fail(operation, 'there is no class');
  if (classes.some((label) => typeof label !== typeof classes[0] || !['number', 'string', 'boolean'].includes(typeof label))) fail(operation, `the classes are of type ${kindOf(classes)}`, 'Use numbers, or strings, or booleans.');
  const fraction = classes.find((label) => typeof label === 'number' && !Number.isInteger(label));
  if (fraction !== undefined) fail(operation, `a class is ${String(fraction)}`, 'Classes are whole numbers; MLPRegressor tells numbers.');
  return classes.sort((a, b) => (a < b ? -1 : 1));
}

/** Places of labels among the classes. @throws where one is none of them */
export function placesOf(operation: string, labels: readonly Label[], classes: readonly Label[]): number[] {
  const places = new Map(classes.map((label, place) => [label, place]));
  return labels.map((label) => places.get(label) ?? fail(operation, `${String(label)} is none of the classes`, `They are ${classes.join(', ')}.`));
}

/** Rows of zeros and ones: what a row has of several labels. @throws where rows differ in length or hold something else */
export function indicators(operation: string, rows: readonly (readonly number[])[]): Float64Array {
  const [first] = rows;
  const wrong = rows.findIndex((row) => row.length !== first!.length || row.some((value) => value !== 0 && value !== 1));
  if (wrong >= 0) fail(operation, `row ${wrong} of y is [${rows[wrong]!.join(', ')}]`, `Rows of several labels have ${first!.length} zeros and ones.`);
  return Float64Array.from(rows.flat());
}
