/** The page: starts the thread that trains, draws what it tells. */
import { data, unseen } from './data.ts';
import type { News, Wish } from './worker.ts';

const find = document.querySelector.bind(document);
const [form, button, device, svg, grid] = [find('form')!, find('button')!, find('select')!, find('svg')!, find<HTMLElement>('.digits')!];
const [engine, state] = [find<HTMLOutputElement>('[name=engine]')!, find<HTMLOutputElement>('[name=state]')!];
/** Ten, unless the address says otherwise: `?epochs=3`. */
const epochs = Number(new URLSearchParams(location.search).get('epochs') ?? 10);
const [width, height, margin] = [640, 240, 12];

/** Some of the digits held out, drawn once; their captions are what the network takes them for. */
const captions = Array.from(unseen.rows.subarray(0, 30), (row) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
  const pixels = data.images.subarray(64 * row, 64 * row + 64);
  const shades = Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 255 : 255 - 14 * pixels[i >> 2]!));
  canvas.getContext('2d')!.putImageData(new ImageData(shades, 8), 0, 0);
  const [figure, caption] = [document.createElement('figure'), document.createElement('span')];
  caption.textContent = '?';
  figure.append(canvas, caption);
  grid.append(figure);
  return { caption, label: data.labels[row]! };
});

/** A curve through points of [0, 1] x [0, 1]. */
function curve(name: string): (x: number, y: number) => void {
  const path = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
  path.setAttribute('class', name);
  let d = '';
  return (x, y) => {
    d += `${d ? 'L' : 'M'}${(margin + x * (width - 2 * margin)).toFixed(1)} ${(height - margin - Math.min(1, y) * (height - 2 * margin)).toFixed(1)}`;
    path.setAttribute('d', d);
  };
}

function say(text: string, name: 'training' | 'done' | 'error'): void {
  state.textContent = text;
  state.className = name;
  button.disabled = name === 'training';
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  svg.replaceChildren();
  engine.textContent = '';
  say('Starting ...', 'training');
  const [loss, accuracy] = [curve('loss'), curve('accuracy')];
  let [step, steps] = [0, 1];
  const worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' });
  const end = (text: string, name: 'done' | 'error'): void => {
    say(text, name);
    worker.terminate();
  };
  worker.addEventListener('error', (error) => { end(error.message, 'error'); });
  worker.addEventListener('message', ({ data: news }: MessageEvent<News>) => {
    if ('error' in news) end(news.error, 'error');
    else if ('engine' in news) [engine.textContent, steps] = [news.engine, news.steps];
    else if ('loss' in news) loss(step++ / steps, news.loss / 2.5);
    else {
      accuracy(news.epoch / epochs, news.accuracy);
      captions.forEach(({ caption, label }, i) => {
        caption.textContent = String(news.guesses[i]);
        caption.className = news.guesses[i] === label ? '' : 'wrong';
      });
      const text = `Epoch ${news.epoch} of ${epochs}: ${(100 * news.accuracy).toFixed(1)}%`;
      if (news.epoch < epochs) say(text, 'training');
      else end(text, 'done');
    }
  });
  worker.postMessage({ device: device.value, epochs } satisfies Wish, []);
});
