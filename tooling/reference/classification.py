"""Metrics of classifiers by their formulas in numpy, class by class: scikit-learn's definitions, torchmetrics' averages."""

import numpy as np

from common import save

R = np.random.default_rng(7)


def counts(predicted, truth):
    """tp, fp, tn, fn of one class from truth values."""
    return [int(np.sum(a & b)) for a, b in ((predicted, truth), (predicted, ~truth), (~predicted, ~truth), (~predicted, truth))]


def safe(a, b):
    return a / b if b else 0.0


RATIOS = {
    'Precision': lambda tp, fp, tn, fn: safe(tp, tp + fp),
    'Recall': lambda tp, fp, tn, fn: safe(tp, tp + fn),
    'Specificity': lambda tp, fp, tn, fn: safe(tn, tn + fp),
    'F1Score': lambda tp, fp, tn, fn: safe(2 * tp, 2 * tp + fp + fn),
    'FBetaScore': lambda tp, fp, tn, fn: safe(5 * tp, 5 * tp + fp + 4 * fn),
    'JaccardIndex': lambda tp, fp, tn, fn: safe(tp, tp + fp + fn),
}


def averaged(name, task, table):
    if task == 'multiclass':
        right = lambda tp, fp, tn, fn: safe(tp, tp + fn)
    else:
        right = lambda tp, fp, tn, fn: safe(tp + tn, tp + fp + tn + fn)
    ratio = {**RATIOS, 'Accuracy': right, 'HammingDistance': lambda *c: 1 - right(*c)}[name]
    each = [ratio(*c) for c in table]
    support = [tp + fn for tp, fp, tn, fn in table]
    seen = [s for s, (tp, fp, tn, fn) in zip(each, table) if task == 'multilabel' or tp + fp + fn > 0]
    return {
        'none': each,
        'macro': safe(sum(seen), len(seen)),
        'weighted': safe(sum(s * w for s, w in zip(each, support)), sum(support)),
        'micro': ratio(*np.sum(table, axis=0).tolist()),
    }


NAMES = [*RATIOS, 'Accuracy', 'HammingDistance']


def scores(task, table):
    if task == 'binary':
        return {name: {'micro': averaged(name, task, table)['micro']} for name in NAMES}
    return {name: averaged(name, task, table) for name in NAMES}


def agreement(matrix):
    """MCC and Cohen's kappa by weights, from a matrix of counts [true, predicted]."""
    m = np.array(matrix, dtype=float)
    n, t, p, right = m.sum(), m.sum(1), m.sum(0), np.trace(m)
    mcc = safe(right * n - t @ p, np.sqrt((n * n - p @ p) * (n * n - t @ t)))
    expected = np.outer(t, p) / n
    i, j = np.indices(m.shape)
    kappa = {}
    for name, w in ('none', (i != j) * 1.0), ('linear', abs(i - j) * 1.0), ('quadratic', (i - j) ** 2.0):
        kappa[name] = 1 - safe((w * m).sum(), (w * expected).sum())
    return {'matrix': matrix, 'mcc': mcc, 'kappa': kappa}


def multiclass():
    cases = []
    for classes, absent, ignore in (4, None, None), (4, 2, None), (5, None, 1), (3, None, -1):
        logits = np.round(R.normal(size=(12, classes)) * 2, 2)
        truth = R.integers(0, classes, 12)
        if absent is not None:
            truth[truth == absent] = 0
            logits[:, absent] = -9
        if ignore == -1:
            truth[:3] = -1
        predicted, keep = logits.argmax(1), truth != (ignore if ignore is not None else -99)
        p, t = predicted[keep], truth[keep]
        table = [counts(p == c, t == c) for c in range(classes)]
        matrix = [[int(np.sum((t == a) & (p == b))) for b in range(classes)] for a in range(classes)]
        ranked = np.argsort(-logits, 1, kind='stable')[:, :2]
        top2 = float(np.mean([y in r for y, r in zip(truth[keep], ranked[keep])]))
        cases.append({'numClasses': classes, 'ignoreIndex': ignore, 'logits': logits.tolist(), 'targets': truth.tolist(),
                      'scores': scores('multiclass', table), 'top2': top2, **agreement(matrix)})
    return cases


def yes_or_no(task):
    cases = []
    for logit, threshold, ignore in (False, 0.5, None), (True, 0.5, None), (False, 0.3, -1):
        shape = (10, 3) if task == 'multilabel' else (10,)
        given = np.round(R.normal(size=shape) * 2 if logit else R.random(shape), 2)
        truth = R.integers(0, 2, shape)
        if ignore is not None:
            truth[R.random(shape) < 0.2] = ignore
        chance = 1 / (1 + np.exp(-given)) if logit else given
        predicted, keep = chance > threshold, truth != (ignore if ignore is not None else -99)
        columns = [(predicted[:, c], truth[:, c], keep[:, c]) for c in range(3)] if task == 'multilabel' else [(predicted, truth, keep)]
        table = [counts(p[k], t[k] == 1) for p, t, k in columns]
        case = {'threshold': threshold, 'ignoreIndex': ignore, 'outputs': given.tolist(), 'targets': truth.tolist(), 'scores': scores(task, table)}
        if task == 'binary':
            tp, fp, tn, fn = table[0]
            case.update(agreement([[tn, fp], [fn, tp]]))
        cases.append(case)
    return cases


def main():
    save('classification', multiclass=multiclass(), binary=yes_or_no('binary'), multilabel=yes_or_no('multilabel'))


if __name__ == '__main__':
    main()
