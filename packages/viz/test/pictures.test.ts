/** What the pictures hold: well-formed SVG with the right marks; and what they refuse. */
import { describe, expect, it } from 'vitest';
import { boundary, confusionMatrix, curves, imageGrid } from '@nn/viz';

const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe('curves', () => {
  it('draws a line for each curve, and names it', async () => {
    const svg = await curves([{ name: 'training', values: [3, 2, 1] }, { name: 'validation', values: [3, 2.5], line: 'dotted' }], { title: 'Loss & more', y: 'loss' });
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(count(svg, /aria-label="line"/g)).toBe(2);
    expect(svg).toContain('━ training');
    expect(svg).toContain('┅ validation');
    expect(svg).toContain('Loss &amp; more');
  });
  it('leaves gaps where values are not finite', async () => {
    expect(await curves([{ name: 'a', values: [1, NaN, Infinity, 2, 3] }])).not.toMatch(/NaN|Infinity/);
  });
  it('refuses nothing at all, and places that do not fit', async () => {
    await expect(curves([])).rejects.toThrow('curves: there is nothing to draw. Give at least one curve.');
    await expect(curves([{ name: 'a', values: [1], at: [] }])).rejects.toThrow('curves: a has 1 values at 0 places. Give one place for each value.');
  });
});

describe('imageGrid', () => {
  it('draws large values dark, runs of equal ones together, and captions escaped', () => {
    const svg = imageGrid([{ pixels: [0, 0, 255, 255], width: 2, height: 2, caption: '<1>' }]);
    expect(svg).toContain('<path fill="rgb(255,255,255)" d="M0 0h2v1h-2z"/><path fill="rgb(0,0,0)" d="M0 1h2v1h-2z"/>');
    expect(svg).toContain('>&lt;1&gt;</text>');
    expect(imageGrid([{ pixels: [0, 255], width: 2, height: 1 }], { palette: 'gray' })).toContain('<path fill="rgb(0,0,0)" d="M0 0h1v1h-1z"/>');
  });
  it('refuses images of another size', () => {
    expect(() => imageGrid([{ pixels: [0], width: 2, height: 2 }])).toThrow('imageGrid: image 0 has 1 pixels, not 2 x 2. Give one value a pixel.');
    expect(() => imageGrid([])).toThrow('imageGrid: there is nothing to draw.');
    expect(() => imageGrid([{ pixels: [0], width: 1, height: 1 }], { columns: 0 })).toThrow('imageGrid: columns is 0.');
  });

  it('draws NaN as the smallest value', () => {
    const grid = (hole: number) => imageGrid([{ pixels: [hole, 1, 2, 3], width: 2, height: 2 }]);
    expect(grid(NaN)).toBe(imageGrid([{ pixels: [1, 1, 2, 3], width: 2, height: 2 }]));
  });
});

describe('confusionMatrix', () => {
  it('has a cell for each pair of classes', async () => {
    const svg = await confusionMatrix([[9, 1], [0, 8]], { classNames: ['cat', 'dog'] });
    expect(count(svg, /<rect /g)).toBe(4);
    expect(svg).toContain('cat');
    expect(svg).toMatch(/>9<.*>1<.*>8</s);
  });
  it('refuses what is not square', async () => {
    await expect(confusionMatrix([[1, 2]])).rejects.toThrow('confusionMatrix: 1 rows of 2. Give a square matrix of counts.');
    await expect(confusionMatrix([[1]], { classNames: [] })).rejects.toThrow('0 names for 1 classes');
  });
});

describe('boundary', () => {
  it('draws regions and points', async () => {
    const svg = await boundary([{ x: 0, y: 0, label: 0 }, { x: 1, y: 1, label: 1 }], [0, 0.5, 1, 0, 0.5, 1, 0, 0.5, 1], { x: [-1, 2], y: [-1, 2], title: 'ReLU' });
    expect(count(svg, /<circle /g)).toBe(2);
    expect(svg).toContain('aria-label="contour"');
    expect(svg).not.toContain('NaN');
  });
  it('refuses what is no grid', async () => {
    await expect(boundary([], [1, 2, 3], { x: [0, 1], y: [0, 1] })).rejects.toThrow('boundary: 3 values are no grid');
    await expect(boundary([], [1, 2, 3, 4], { x: [1, 0], y: [0, 1] })).rejects.toThrow('boundary: the plane is 1 to 0 by 0 to 1.');
  });
});
