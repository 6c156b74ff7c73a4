"""scikit-learn's splits, made-up sets and NumPy's legacy random numbers: fixtures/scikit-learn.json.

Not part of generate.py: it needs scikit-learn (1.2) beside NumPy.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes, make_blobs, make_circles, make_moons
from sklearn.model_selection import train_test_split

X, y = make_moons(n_samples=100, noise=0.25, random_state=3)
a, b, c, d = train_test_split(np.arange(100), y, stratify=y, random_state=42)
out = {'moons': {'first': X[:3].tolist(), 'last': X[-1].tolist(), 'sum': X.sum(), 'y': y.tolist()}, 'split': {'train': a.tolist(), 'test': b.tolist()}}
a, b = train_test_split(np.arange(10), test_size=0.3, random_state=0)
out['plain'] = {'train': a.tolist(), 'test': b.tolist()}
yy = np.array([0] * 5 + [1] * 5 + [2] * 7)
a, b = train_test_split(np.arange(17), stratify=yy, test_size=5, random_state=1)
out['three'] = {'train': a.tolist(), 'test': b.tolist()}
X, y = make_moons(n_samples=5, shuffle=False)
out['odd'] = {'x': X.tolist(), 'y': y.tolist()}
X, y = make_circles(n_samples=7, noise=0.1, factor=0.5, random_state=1)
out['circles'] = {'x': X.tolist(), 'y': y.tolist()}
X, y = make_blobs(n_samples=7, centers=3, random_state=2)
out['blobs'] = {'x': X.tolist(), 'y': y.tolist()}
X, y = make_blobs(n_samples=4, centers=[[0, 0], [10, 10]], cluster_std=[0.5, 2.], random_state=0)
out['blobs2'] = {'x': X.tolist(), 'y': y.tolist()}
r = np.random.RandomState(12345)
out['numpy'] = {'normal': r.normal(size=3).tolist(), 'uniform': r.uniform(size=2).tolist(), 'permutation': r.permutation(8).tolist(), 'normalAgain': r.normal(size=2).tolist()}
d = load_diabetes()
out['diabetes'] = {'row': d.data[0].tolist(), 'target': d.target[:3].tolist()}
(Path(__file__).parent / 'fixtures/scikit-learn.json').write_text(json.dumps(out))
