/**
 * Pictures of data and models, as SVG text: the same in Node and in a page. Write it to a file, or put it into a document.
 * @packageDocumentation
 */
export { boundary, type BoundaryOptions, type LabelledPoint } from './boundary.ts';
export { confusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.ts';
export { type Curve, curves, type CurvesOptions } from './curves.ts';
export { imageGrid, type ImageGridOptions, type Picture } from './image-grid.ts';
