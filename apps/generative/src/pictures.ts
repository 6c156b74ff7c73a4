/** What a network makes of images, and what it makes up. */
import { writeFile } from 'node:fs/promises';
import { noGrad } from '@nn/autograd';
import type { ImageDataset } from '@nn/data';
import { concat, linspace, randn, tensor, type Tensor } from '@nn/tensor';
import { imageGrid, type Picture } from '@nn/viz';
import type { Autoencoder, VAE } from './models.ts';

const SHOWN = 10;
const STEPS = 8;

/** Ten held-out images, one of each class, above what becomes of them. */
export async function writeReconstructions(path: string, model: Autoencoder | VAE, test: ImageDataset): Promise<string> {
  const rows = test.classes.map((_, label) => test.labels.indexOf(label)).filter((row) => row >= 0).slice(0, SHOWN);
  const [{ data, shape }] = test.gather(rows);
  const images = tensor(data, { shape });
  const made = noGrad(() => model.forward(images).sigmoid());
  const pictures = [...await cut(images), ...await cut(made)].map((picture, i): Picture => (i < rows.length ? { ...picture, caption: test.classes[test.labels[rows[i]!]!]! } : picture));
  await writeFile(path, imageGrid(pictures, { columns: rows.length, range: [0, 1], title: 'Held-out images, and what becomes of them' }));
  return path;
}

/** Images of latent numbers that are drawn, and of those on straight ways between four of them. */
export async function writeInvented(path: string, model: VAE, latent: number, side: number): Promise<[samples: string, ways: string]> {
  const decode = (numbers: Tensor): Promise<Picture[]> => cut(noGrad(() => model.decoder.forward(numbers).sigmoid()));
  const samples = randn([SHOWN * 4, latent]);
  const between = linspace(0, 1, STEPS).reshape(STEPS, 1);
  const ways = concat([0, 1, 2, 3].map((i) => samples.at(2 * i).add(between.mul(samples.at(2 * i + 1).sub(samples.at(2 * i))))));
  await writeFile(`${path}-samples.svg`, imageGrid(await decode(samples), { columns: SHOWN, range: [0, 1], scale: 56 / side, title: 'Made up' }));
  await writeFile(`${path}-ways.svg`, imageGrid(await decode(ways), { columns: STEPS, range: [0, 1], scale: 56 / side, title: 'On the way from one to another' }));
  return [`${path}-samples.svg`, `${path}-ways.svg`];
}

/** Square images of a batch, [N, pixels]. */
async function cut(images: Tensor): Promise<Picture[]> {
  const [count = 0, pixels = 0] = images.shape;
  const [values, side] = [await images.data(), Math.sqrt(pixels)];
  return Array.from({ length: count }, (_, i) => ({ pixels: values.subarray(i * pixels, (i + 1) * pixels), width: side, height: side }));
}
