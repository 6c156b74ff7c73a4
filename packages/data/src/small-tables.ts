/** Five small tables that come with the package, as scikit-learn's `load_*`. */
import { BREAST_CANCER } from './breast-cancer-data.ts';
import { DIABETES } from './diabetes-data.ts';
import { IRIS } from './iris-data.ts';
import { LINNERUD } from './linnerud-data.ts';
import { TableDataset } from './table.ts';
import { WINE } from './wine-data.ts';

/**
 * 150 iris flowers of three species by the size of their leaves (Fisher 1936).
 *
 * @example
 * const data = iris();
 * const loader = new DataLoader(data, { batchSize: 10, shuffle: true }); // [10, 4] and [10]
 */
export const iris = (): TableDataset => classified('iris', IRIS, ['setosa', 'versicolor', 'virginica'], ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']);

/** 178 wines of three growers by 13 chemical measures (Aeberhard and Forina 1991). Scale them: they differ by a factor of a thousand. */
export const wine = (): TableDataset => classified('wine', WINE, ['class_0', 'class_1', 'class_2'], [
  'alcohol', 'malic_acid', 'ash', 'alcalinity_of_ash', 'magnesium', 'total_phenols', 'flavanoids', 'nonflavanoid_phenols', 'proanthocyanins', 'color_intensity', 'hue',
  'od280/od315_of_diluted_wines', 'proline',
]);

const NUCLEUS = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave points', 'symmetry', 'fractal dimension'];

/** 569 tumours, malignant (0) or benign (1), by 30 measures of cell nuclei (Wolberg and others 1993). */
export const breastCancer = (): TableDataset => classified('breastCancer', BREAST_CANCER, ['malignant', 'benign'], [
  ...NUCLEUS.map((name) => `mean ${name}`), ...NUCLEUS.map((name) => `${name} error`), ...NUCLEUS.map((name) => `worst ${name}`),
]);

/**
 * 442 diabetes patients: the progression of a year by 10 measures (Efron and others 2004). Batches are `[b, 10]` and `[b, 1]`.
 *
 * @param options `scaled` (default true): each feature has mean 0 and its squares sum to 1; otherwise as measured
 */
export function diabetes({ scaled = true }: { readonly scaled?: boolean } = {}): TableDataset {
  const names = ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'];
  const { features, rest } = parted(DIABETES, names.length);
  if (scaled) for (let column = 0; column < names.length; column++) normalize(features, column, names.length);
  return new TableDataset({ name: 'diabetes', featureNames: names, features, targets: rest, targetNames: ['progression'] });
}

/** 20 men of a fitness club: weight, waist and pulse by three exercises (Linnerud). Batches are `[b, 3]` and `[b, 3]`. */
export function linnerud(): TableDataset {
  const { features, rest } = parted(LINNERUD, 3);
  return new TableDataset({ name: 'linnerud', featureNames: ['Chins', 'Situps', 'Jumps'], features, targets: rest, targetNames: ['Weight', 'Waist', 'Pulse'] });
}

function classified(name: string, text: string, targetNames: readonly string[], featureNames: readonly string[]): TableDataset {
  const { features, rest } = parted(text, featureNames.length);
  return new TableDataset({ name, featureNames, features, targets: Int32Array.from(rest), targetNames });
}

/** The first `columns` numbers of each line, and the others. */
function parted(text: string, columns: number): { features: Float64Array; rest: Float64Array } {
  const rows = text.trim().split('\n').map((line) => line.split(',').map(Number));
  return { features: Float64Array.from(rows.flatMap((row) => row.slice(0, columns))), rest: Float64Array.from(rows.flatMap((row) => row.slice(columns))) };
}

/** Mean 0, and squares that sum to 1. */
function normalize(values: Float64Array, column: number, columns: number): void {
  let [sum, squares] = [0, 0];
  for (let i = column; i < values.length; i += columns) sum += values[i]!;
  const mean = sum / (values.length / columns);
  for (let i = column; i < values.length; i += columns) squares += (values[i]! -= mean) ** 2;
  for (let i = column; i < values.length; i += columns) values[i]! /= Math.sqrt(squares);
}
