"""Metrics of regressions, rankings and distributions by their formulas in numpy."""

import numpy as np

from common import save

R = np.random.default_rng(11)


def ranks(x):
    """Ranks from 1 on; equals share the mean of theirs."""
    return np.array([1 + np.sum(x < v) + (np.sum(x == v) - 1) / 2 for v in x])


def one(x, y):
    unexplained, variation = np.sum((y - x) ** 2), np.sum((y - y.mean()) ** 2)
    return {'r2': 1 - unexplained / variation, 'explained': 1 - np.var(y - x) / np.var(y), 'pearson': np.corrcoef(x, y)[0, 1],
            'spearman': np.corrcoef(ranks(x), ranks(y))[0, 1], 'variance': np.var(y)}


def case(x, y):
    flat_x, flat_y = x.ravel(), y.ravel()
    columns = [one(x[:, c], y[:, c]) for c in range(x.shape[1])] if x.ndim == 2 else [one(x, y)]
    each = {name: [float(c[name]) for c in columns] for name in columns[0]}
    return {'outputs': x.tolist(), 'targets': y.tolist(), 'mae': np.mean(abs(flat_x - flat_y)), 'mse': np.mean((flat_x - flat_y) ** 2),
            'mape': np.mean(abs(flat_x - flat_y) / np.maximum(abs(flat_y), 1.17e-6)), **each}


def errors():
    y = np.round(R.normal(size=9), 2)
    far = np.round(R.normal(size=8), 2) + 1000
    table = np.round(R.normal(size=(7, 3)) * [1, 5, 0.2], 1)
    tied = np.array([1.0, 2, 2, 3, 3, 3])
    return [case(np.round(y + R.normal(size=9), 2), y), case(far + np.round(R.normal(size=8), 2), far), case(np.round(table + R.normal(size=(7, 3)), 1), table),
            case(np.array([2.0, 1, 2, 3, 5, 5]), tied)]


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def language():
    logits = np.round(R.normal(size=(2, 4, 5)), 2)
    targets = R.integers(0, 5, (2, 4))
    targets[1, 2:] = -100
    picked = [log_softmax(logits)[n, t, targets[n, t]] for n in range(2) for t in range(4) if targets[n, t] != -100]
    return {'logits': logits.tolist(), 'targets': targets.tolist(), 'ignoreIndex': -100, 'perplexity': float(np.exp(-np.mean(picked)))}


def log_losses():
    p = np.round(R.dirichlet(np.ones(3), 6), 3)
    p[0] = [1, 0, 0]
    y = np.array([1, 0, 2, 1, 1, 0])
    clipped = np.clip(p, 2 ** -23, 1 - 2 ** -23)
    yes = np.round(R.random(6), 3)
    truth = R.integers(0, 2, 6)
    return {'probabilities': p.tolist(), 'targets': y.tolist(), 'loss': float(-np.mean(np.log(clipped[np.arange(6), y]))),
            'binary': yes.tolist(), 'truth': truth.tolist(), 'binaryLoss': float(-np.mean(np.log(np.where(truth == 1, yes, 1 - yes))))}


def main():
    save('regression', errors=errors(), language=language(), logLoss=log_losses())


if __name__ == '__main__':
    main()
