"""Metrics over random tasks, shapes, options, ties, ignored and absent classes, in one to three batches, by torchmetrics 1.9: `pip install torchmetrics`.

`python3 metric_cases.py` writes the fixture; `python3 metric_cases.py 50 out.json` writes 50 cases a metric elsewhere.
"""

import random
import sys
import warnings

import numpy as np
import torch
import torchmetrics
from torchmetrics import aggregation, classification, regression, text

import common

warnings.filterwarnings('ignore')
R = np.random.default_rng(19)
random.seed(19)


def chance(p):
    return random.random() < p


def shown(x):
    if isinstance(x, (tuple, list)):
        return [shown(v) for v in x]
    if x.ndim == 0:
        return common.number(x.item(), 9)
    return [shown(v) for v in x]


def camel(name):
    first, *rest = name.split('_')
    return first + ''.join(word.capitalize() for word in rest)


def plain(t):
    return {'shape': list(t.shape), 'data': common.numbers(t) if t.dtype.is_floating_point else t.reshape(-1).tolist(), **({} if t.dtype.is_floating_point else {'dtype': 'int32'})}


def classified(task, floats):
    """Shapes, options of the task, and a function that makes a batch."""
    options = {}
    classes = random.choice([2, 3, 4, 6]) if task == 'multiclass' else random.choice([2, 3])
    rest = random.choice([(), (), (2,), (2, 3)])
    if task == 'multiclass':
        options['num_classes'] = classes
    if task == 'multilabel':
        options['num_labels'] = classes
    ignore = random.choice([None, None, -1, 0, 1, -100])
    if ignore is not None:
        options['ignore_index'] = ignore
    absent = random.choice([None, None, 0, classes - 1]) if task == 'multiclass' else random.choice([None, None, None, 0, 1])
    kind = random.choice(['logits', 'probabilities', 'labels'] if not floats else ['logits', 'probabilities'])
    digits = random.choice([1, 2])

    def batch():
        n = random.choice([1, 3, 5, 8])
        width = (classes,) if task != 'binary' else ()
        shape = (n, *width, *rest)
        if task == 'multiclass':
            truth = R.integers(0, classes, (n, *rest))
            if absent is not None:
                truth[truth == absent] = (absent + 1) % classes
        else:
            truth = R.integers(0, 2, shape)
            if absent is not None:
                truth[truth == absent] = 1 - absent
        if kind == 'labels':
            given = torch.tensor(R.integers(0, classes if task == 'multiclass' else 2, truth.shape))
        elif kind == 'logits':
            given = torch.tensor(np.round(R.normal(size=shape) * 2, digits)).double()
        elif task == 'multiclass':
            given = torch.tensor(np.round(np.moveaxis(R.dirichlet(np.ones(classes), (n, *rest)), -1, 1), digits)).double()
        else:
            given = torch.tensor(np.round(R.random(shape), digits)).double()
        if ignore is not None and ignore < 0:
            truth[R.random(truth.shape) < 0.3] = ignore
        return given, torch.tensor(truth)

    return options, kind, batch


def averaged(task):
    return {} if task == 'binary' else {'average': random.choice(['micro', 'macro', 'weighted', 'none'])}


TASKS = ['binary', 'multiclass', 'multilabel']
NAMES = {'binary': 'Binary', 'multiclass': 'Multiclass', 'multilabel': 'Multilabel'}


def one(name):
    if name in ('MeanMetric', 'SumMetric', 'MaxMetric', 'MinMetric'):
        options = random.choice([{}, {'nan_strategy': 'ignore'}, {'nan_strategy': 2.5}])
        def batch():
            x = torch.tensor(np.round(R.normal(size=random.choice([(), (3,), (2, 3)])), 2)).double()
            if chance(0.4) and x.ndim:
                x.reshape(-1)[0] = float('nan')
            return (x, torch.tensor(np.round(R.random(x.shape[-1:]), 2)).double()) if name == 'MeanMetric' and chance(0.5) else (x,)
        return getattr(aggregation, name)(**options), options, batch
    if name == 'Perplexity':
        options = random.choice([{}, {'ignore_index': -100}, {'ignore_index': 2}])
        def batch():
            n, t, v = random.choice([1, 2]), random.choice([1, 4]), 5
            truth = R.integers(0, v, (n, t))
            if options.get('ignore_index') == -100:
                truth[R.random((n, t)) < 0.3] = -100
            return torch.tensor(np.round(R.normal(size=(n, t, v)), 2)).double(), torch.tensor(truth)
        return text.Perplexity(**options), options, batch
    if hasattr(regression, name):
        options, width = {}, ()
        if name in ('R2Score', 'ExplainedVariance'):
            options['multioutput'] = random.choice(['uniform_average', 'variance_weighted', 'raw_values'])
            width = random.choice([(), (3,)])
            if width == () and options['multioutput'] == 'raw_values':
                options['multioutput'] = 'uniform_average'
            if name == 'R2Score':
                options['adjusted'] = random.choice([0, 0, 1, 3])
        elif name != 'MeanAbsolutePercentageError' and chance(0.5):
            width = (3,)
            options['num_outputs'] = 3
        elif name.startswith('Mean'):
            width = random.choice([(), (2,), (2, 3)])
        if name == 'MeanSquaredError' and chance(0.5):
            options['squared'] = False
        scale, shift = random.choice([(1, 0), (3, 1), (1, 100)])
        def batch():
            shape = (random.choice([4, 7]), *width)
            y = np.round(R.normal(size=shape) * scale + shift, 1)
            return torch.tensor(np.round(y + R.normal(size=shape), 1)).double(), torch.tensor(y).double()
        return getattr(regression, name)(**options), options, batch
    floats = name in ('AUROC', 'AveragePrecision', 'ROC', 'PrecisionRecallCurve', 'CalibrationError')
    task = random.choice(TASKS[:2] if name in ('CohenKappa', 'CalibrationError') else TASKS)
    options, kind, batch = classified(task, floats)
    if name in ('Accuracy', 'Precision', 'Recall', 'F1Score', 'FBetaScore', 'Specificity', 'HammingDistance', 'JaccardIndex'):
        options.update(averaged(task))
        if task == 'multiclass' and kind != 'labels' and name != 'JaccardIndex' and chance(0.3):
            options['top_k'] = 2
            digits_up(batch)
        if name in ('Precision', 'Recall', 'F1Score', 'FBetaScore', 'JaccardIndex') and chance(0.4):
            options['zero_division'] = 1
        if name == 'FBetaScore':
            options['beta'] = random.choice([0.5, 2.0])
    elif name == 'ConfusionMatrix':
        options['normalize'] = random.choice(['true', 'pred', 'all', 'none'])
    elif name == 'CohenKappa':
        options['weights'] = random.choice(['none', 'linear', 'quadratic'])
    elif name == 'CalibrationError':
        options.update({'norm': random.choice(['l1', 'l2', 'max']), 'n_bins': random.choice([3, 10, 15])})
    elif name in ('AUROC', 'AveragePrecision'):
        if task != 'binary':
            options['average'] = random.choice(['macro', 'weighted', 'none'] + (['micro'] if task == 'multilabel' else []))
        if name == 'AUROC' and task == 'binary' and chance(0.3):
            options['max_fpr'] = random.choice([0.3, 0.5])
    if floats and name != 'CalibrationError' and chance(0.4):
        options['thresholds'] = random.choice([5, 9, [0.125, 0.25, 0.5, 0.75]])
    if name == 'CalibrationError' or (floats and kind == 'logits'):
        digits_up(batch)
    if task != 'multiclass' and not floats and chance(0.3):
        options['threshold'] = 0.3
    metric = getattr(classification, NAMES[task] + name)(**options)
    return metric, {'task': task, **options}, batch


def digits_up(batch):
    """No ties: those among the k highest scores have no order in torch.topk, and those of a sigmoid or with edges of bins depend on rounding."""
    for cell, name in zip(batch.__closure__, batch.__code__.co_freevars):
        if name == 'digits':
            cell.cell_contents = 9


METRICS = ['Accuracy', 'Precision', 'Recall', 'F1Score', 'FBetaScore', 'Specificity', 'HammingDistance', 'JaccardIndex', 'ConfusionMatrix', 'CohenKappa', 'MatthewsCorrCoef',
           'CalibrationError', 'AUROC', 'AveragePrecision', 'ROC', 'PrecisionRecallCurve', 'MeanAbsoluteError', 'MeanSquaredError', 'MeanAbsolutePercentageError', 'R2Score',
           'ExplainedVariance', 'PearsonCorrCoef', 'SpearmanCorrCoef', 'Perplexity', 'MeanMetric', 'SumMetric', 'MaxMetric', 'MinMetric']


def comparable(name, options, batches):
    """Whether torchmetrics says what it documents: not of curves where all classes but the first are absent, which it takes for absence of everything, of nothing at all
    in bins or by weight, nor of a matrix with an empty row or column, where its epsilon does not cancel."""
    if name not in ('AUROC', 'AveragePrecision', 'PrecisionRecallCurve', 'MatthewsCorrCoef', 'CalibrationError', 'JaccardIndex'):
        return True
    truth = torch.cat([t.reshape(-1) for _, t in batches])
    truth = truth[truth != options.get('ignore_index', -7)]
    if name == 'MatthewsCorrCoef':
        metric = getattr(classification, NAMES[options['task']] + 'ConfusionMatrix')(**{k: v for k, v in options.items() if k != 'task'})
        for given in batches:
            metric.update(*given)
        matrix = metric.compute()
        matrix = matrix.sum(0) if matrix.ndim == 3 else matrix
        return len(matrix) > 2 or bool((matrix.sum(0) > 0).all() and (matrix.sum(1) > 0).all()) or int((matrix > 0).sum()) == 1
    if name == 'JaccardIndex':
        return options.get('average') != 'weighted' or bool((truth > 0).any())
    return len(truth) > 0 and (name == 'CalibrationError' or options['task'] != 'multiclass' or bool((truth > 0).any()))


def cases(each):
    found = []
    for name in METRICS:
        count = 0
        while count < each:
            metric, options, batch = one(name)
            metric.set_dtype(torch.float64)
            batches = [batch() for _ in range(random.choice([1, 2, 3]))]
            if not comparable(name, options, batches):
                continue
            try:
                for given in batches:
                    metric.update(*given)
                expected = metric.compute()
                if name in ('ROC', 'PrecisionRecallCurve') and 'thresholds' in options and options['task'] != 'binary':
                    expected = (*expected[:2], expected[2].expand(len(expected[0]), -1))  # the same for each
            except (ValueError, RuntimeError, IndexError) as e:
                print('left out', name, options, e, file=sys.stderr)
                continue
            found.append({'metric': name, 'options': {camel(k): v for k, v in options.items()}, 'batches': [[plain(t) for t in given] for given in batches], 'expected': shown(expected)})
            count += 1
    return found


def main():
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    made = cases(each)
    if len(sys.argv) > 2:
        common.json.dump(made, open(sys.argv[2], 'w'))
    else:
        common.save('metric_cases', torchmetrics=torchmetrics.__version__, cases=made)


if __name__ == '__main__':
    main()
