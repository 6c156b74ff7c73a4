/** Images of grey values, side by side with a line of text under each. Drawn as vectors: sharp at any size, no codec. */
import { fail } from '@nn/tensor';

/** One image. */
export interface Picture {
  /** Row by row, `width` x `height` values. */
  readonly pixels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly caption?: string;
  /** Of the caption. Default black. */
  readonly color?: string;
}

/** How {@link imageGrid} draws. */
export interface ImageGridOptions {
  readonly title?: string;
  /** Default: all in one row, ten at most. */
  readonly columns?: number;
  /** `gray_r`: large values are dark; `gray`: large values are light. Default `gray_r`. */
  readonly palette?: 'gray' | 'gray_r';
  /** Which values are the ends of the palette. Default: smallest and largest of each image. */
  readonly range?: readonly [number, number];
  /** Size of a pixel of the largest image, in pixels of the picture. Default: images are 112 pixels wide. */
  readonly scale?: number;
}

/**
 * Images in a grid, as SVG.
 *
 * @throws where there is no image, one has not `width` x `height` pixels, or there are no columns
 * @example
 * const svg = imageGrid([{ pixels: [0, 1, 1, 0], width: 2, height: 2, caption: 'a cross' }]);
 */
export function imageGrid(pictures: readonly Picture[], { title, columns, palette = 'gray_r', range, scale }: ImageGridOptions = {}): string {
  if (pictures.length === 0) fail('imageGrid', 'there is nothing to draw', 'Give at least one image.');
  for (const [i, { pixels, width, height }] of pictures.entries()) {
    if (pixels.length !== width * height) fail('imageGrid', `image ${i} has ${pixels.length} pixels, not ${width} x ${height}`, 'Give one value a pixel.');
  }
  const across = columns ?? Math.min(10, pictures.length);
  if (!(Number.isInteger(across) && across > 0)) fail('imageGrid', `columns is ${across}`, 'Use a whole number from 1 on.');
  const [wide, high] = [Math.max(...pictures.map(({ width }) => width)), Math.max(...pictures.map(({ height }) => height))];
  const size = scale ?? 112 / wide;
  const captioned = pictures.some(({ caption }) => caption !== undefined);
  const cell = { width: wide * size + 12, height: high * size + (captioned ? 24 : 8) };
  const top = title === undefined ? 6 : 28;
  const [width, height] = [Math.min(across, pictures.length) * cell.width, top + Math.ceil(pictures.length / across) * cell.height];
  const cells = pictures.map((picture, i) => {
    const [x, y] = [(i % across) * cell.width + 6, top + Math.floor(i / across) * cell.height];
    const caption = picture.caption === undefined ? '' : `<text x="${x + (picture.width * size) / 2}" y="${y + high * size + 14}" text-anchor="middle" fill="${escaped(picture.color ?? 'black')}">${escaped(picture.caption)}</text>`;
    return `<g transform="translate(${x} ${y}) scale(${size})" shape-rendering="crispEdges">${paths(picture, palette, range)}</g>${caption}`;
  });
  const heading = title === undefined ? '' : `<text x="${width / 2}" y="18" text-anchor="middle" font-size="14" font-weight="bold">${escaped(title)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>${heading}${cells.join('')}</svg>`;
}

/** One path for each shade, made of runs of equal pixels. */
function paths({ pixels, width, height }: Picture, palette: 'gray' | 'gray_r', range?: readonly [number, number]): string {
  const all = Array.from(pixels);
  const [low, high] = range ?? all.filter((value) => !Number.isNaN(value)).reduce<readonly [number, number]>(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const shade = (value: number): number => {
    if (Number.isNaN(value)) return palette === 'gray' ? 0 : 255; // as the smallest value
    const part = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
    return Math.round(255 * (palette === 'gray' ? part : 1 - part));
  };
  const runs = new Map<number, string>();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width;) {
      const value = shade(all[row * width + column]!);
      let end = column + 1;
      while (end < width && shade(all[row * width + end]!) === value) end++;
      runs.set(value, `${runs.get(value) ?? ''}M${column} ${row}h${end - column}v1h-${end - column}z`);
      column = end;
    }
  }
  return [...runs].map(([value, path]) => `<path fill="rgb(${value},${value},${value})" d="${path}"/>`).join('');
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
