/** The digits, three quarters to learn and a quarter to be asked about; the same in the page and in the thread that learns. */
import { digits, trainTestSplit } from '@nn/data';

export const data = digits({ scale: 'unit', shape: [64] });
export const [seen, unseen] = trainTestSplit(data, { stratify: data.labels, seed: 0 });
