/** What all charts share: a document to draw in, and the text that comes out. */
import * as Plot from '@observablehq/plot';

/** The page's own document; in Node, one that lives in memory. */
async function documentHere(): Promise<Document> {
  if (typeof document !== 'undefined') return document;
  const { parseHTML } = await import('linkedom');
  return parseHTML('<!doctype html><html><body></body></html>').document;
}

/** A chart as SVG that stands by itself: white ground, a font that is everywhere, its title inside. */
export async function draw(options: Omit<Plot.PlotOptions, 'title'> & { readonly title: string | undefined }): Promise<string> {
  const { title, ...rest } = options;
  const page = await documentHere();
  const named = title === undefined ? [] : [Plot.text([title], { frameAnchor: 'top', dy: -(rest.marginTop ?? 20) + 6, fontSize: 13, fontWeight: 'bold', lineAnchor: 'top' })];
  const svg = Plot.plot({
    ...rest,
    document: page,
    marks: [...(rest.marks ?? []), ...named],
    style: { background: 'white', color: 'black', fontFamily: 'sans-serif', overflow: 'visible' },
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}
