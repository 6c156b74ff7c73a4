"""20 steps of optimizers that PyTorch 1.13 does not have, by their published formulas in NumPy, on sum(c (p - target)^2) / 2 of
matrices, a vector, a stack of matrices, a scalar, and a vector that starts at 0."""

import numpy as np

from common import number, save
from training import camel

STEPS = 20
RANDOM = np.random.default_rng(0)
START, TARGET, CURVE = ([np.round(RANDOM.normal(size=shape) * 64) / 64 for shape in ((3, 2), (2, 4), (5,), (2, 2, 3), (), (2,))] for _ in range(3))
START[5] *= 0
CURVE = [np.abs(c) + 0.25 for c in CURVE]


def lion(p, g, s, t, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
    g = -g if maximize else g
    m = s.get('m', 0 * p)
    s['m'] = betas[1] * m + (1 - betas[1]) * g
    return p - lr * weight_decay * p - lr * np.sign(betas[0] * m + (1 - betas[0]) * g)


def lamb(p, g, s, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.0, maximize=False):
    g = -g if maximize else g
    s['m'] = betas[0] * s.get('m', 0) + (1 - betas[0]) * g
    s['v'] = betas[1] * s.get('v', 0) + (1 - betas[1]) * g * g
    r = s['m'] / (1 - betas[0] ** t) / (np.sqrt(s['v'] / (1 - betas[1] ** t)) + eps) + weight_decay * p
    a, b = np.sqrt((p * p).sum()), np.sqrt((r * r).sum())
    return p - lr * (a / b if a > 0 and b > 0 else 1) * r


def adafactor(p, g, s, t, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, maximize=False):
    g = -g if maximize else g
    share, eps1 = t**beta2_decay, np.finfo(np.float64).eps if eps[0] is None else eps[0]
    alpha = max(eps[1], np.sqrt((p * p).mean())) * min(lr, t**-0.5)
    if p.ndim > 1:
        s['r'] = (1 - share) * s.get('r', 0) + share * (g * g).mean(-1, keepdims=True)
        s['c'] = (1 - share) * s.get('c', 0) + share * (g * g).mean(-2, keepdims=True)
        v = s['r'] @ s['c'] / np.maximum(s['r'].mean(-2, keepdims=True), eps1)
    else:
        v = s['v'] = (1 - share) * s.get('v', 0) + share * g * g
    u = g / np.sqrt(np.maximum(v, eps1**2))
    return p * (1 - lr * weight_decay) - alpha * u / max(1, np.sqrt((u * u).mean()) / d)


def muon(p, g, s, t, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_steps=5, adjust_lr_fn='original'):
    m = s['m'] = momentum * s.get('m', 0) + (1 - momentum) * g
    u = (1 - momentum) * g + momentum * m if nesterov else m
    # The polynomial on singular values is the same as the iteration on the matrix.
    left, values, right = np.linalg.svd(u, full_matrices=False)
    values = values / max(np.sqrt((u * u).sum()), 1e-7)
    for _ in range(ns_steps):
        values = 3.4445 * values - 4.775 * values**3 + 2.0315 * values**5
    rows, columns = p.shape
    scale = max(1, rows / columns) ** 0.5 if adjust_lr_fn == 'original' else 0.2 * max(rows, columns) ** 0.5
    return p * (1 - lr * weight_decay) - lr * scale * (left * values) @ right


RUNS = [
    ('Lion', lion, {}), ('Lion', lion, {'lr': 0.03, 'betas': (0.5, 0.8), 'weight_decay': 0.1}), ('Lion', lion, {'lr': 0.01, 'maximize': True}),
    ('LAMB', lamb, {}), ('LAMB', lamb, {'lr': 0.03, 'betas': (0.5, 0.8), 'eps': 0.1, 'weight_decay': 0.1}), ('LAMB', lamb, {'lr': 0.01, 'maximize': True}),
    ('Adafactor', adafactor, {}), ('Adafactor', adafactor, {'lr': 0.3, 'beta2_decay': -0.5, 'eps': (0.5, 0.8), 'd': 1.5, 'weight_decay': 0.1}), ('Adafactor', adafactor, {'maximize': True}),
    ('Muon', muon, {}), ('Muon', muon, {'lr': 0.03, 'momentum': 0.5, 'nesterov': False, 'ns_steps': 3, 'adjust_lr_fn': 'match_rms_adamw', 'weight_decay': 0.0}),
]


def run(name, update, options):
    count = 2 if name == 'Muon' else len(START)
    points, states, steps = [p.copy() for p in START[:count]], [{} for _ in range(count)], []
    for t in range(1, STEPS + 1):
        for i in range(count):
            points[i] = update(points[i], CURVE[i] * (points[i] - TARGET[i]), states[i], t, **options)
        if t in (1, 2, 5, STEPS):
            steps.append({'step': t, 'points': [[number(float(x)) for x in p.reshape(-1)] for p in points]})
    return {'optimizer': name, 'options': camel(options), 'steps': steps}


def main():
    save('newer', start=[p.tolist() for p in START], target=[p.tolist() for p in TARGET], curve=[p.tolist() for p in CURVE], runs=[run(*r) for r in RUNS])


if __name__ == '__main__':
    main()
