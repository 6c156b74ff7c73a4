"""AUROC, average precision, ROC and calibration errors by their definitions in numpy: pairs counted, thresholds walked."""

import numpy as np

from common import save

R = np.random.default_rng(5)


def auroc(s, y):
    """The share of pairs in the right order; equals count a half."""
    p, n = s[y == 1], s[y == 0]
    if len(p) == 0 or len(n) == 0:
        return 0.0
    d = p[:, None] - n[None]
    return float(np.mean((d > 0) + 0.5 * (d == 0)))


def precision(s, y):
    total, before = 0.0, 0.0
    for t in sorted(set(s.tolist()), reverse=True):
        chosen = s >= t
        recall = np.sum(y[chosen]) / max(np.sum(y), 1)
        total, before = total + (recall - before) * np.mean(y[chosen]), recall
    return float(total)


def curve(s, y):
    thresholds = sorted(set(s.tolist()), reverse=True)
    return {'fpr': [0.0] + [float(np.mean(s[y == 0] >= t)) for t in thresholds], 'tpr': [0.0] + [float(np.mean(s[y == 1] >= t)) for t in thresholds], 'thresholds': [1.0] + thresholds}


def calibration(confidence, right, bins):
    edges = np.linspace(0, 1, bins + 1)
    place = np.digitize(confidence, edges) - 1
    gaps, shares = [], []
    for b in range(bins + 1):
        if np.any(place == b):
            gaps.append(abs(np.mean(confidence[place == b]) - np.mean(right[place == b])))
            shares.append(np.mean(place == b))
    gaps, shares = np.array(gaps), np.array(shares)
    return {'l1': float(gaps @ shares), 'l2': float(np.sqrt(gaps ** 2 @ shares)), 'max': float(gaps.max())}


def averages(f, columns):
    each = [f(s, y) for s, y in columns]
    support = [float(np.sum(y)) for _, y in columns]
    return {'none': each, 'macro': float(np.mean(each)), 'weighted': float(np.dot(each, support) / sum(support))}


def main():
    s, y = np.round(R.random(12), 1) * 0.96 + 0.01, R.integers(0, 2, 12)
    binary = {'outputs': s.tolist(), 'targets': y.tolist(), 'auroc': auroc(s, y), 'precision': precision(s, y), 'roc': curve(s, y), 'calibration': calibration(s, y, 4)}
    p = np.round(R.dirichlet(np.ones(4), 12), 2)
    t = R.integers(0, 3, 12)  # one class never
    columns = [(p[:, c], (t == c) * 1) for c in range(4)]
    multiclass = {'outputs': p.tolist(), 'targets': t.tolist(), 'auroc': averages(auroc, columns), 'precision': averages(precision, columns),
                  'calibration': calibration(p.max(1), p.argmax(1) == t, 15)}
    m, u = np.round(R.random((9, 3)), 1), R.integers(0, 2, (9, 3))
    u[:2, 1] = -1
    columns = [(m[u[:, c] >= 0, c], u[u[:, c] >= 0, c]) for c in range(3)]
    together = m[u >= 0], u[u >= 0]
    multilabel = {'outputs': m.tolist(), 'targets': u.tolist(), 'auroc': {**averages(auroc, columns), 'micro': auroc(*together)}, 'precision': {**averages(precision, columns), 'micro': precision(*together)}}
    save('rankings', binary=[binary], multiclass=[multiclass], multilabel=[multilabel])


if __name__ == '__main__':
    main()
