"""scikit-learn's multi-layer perceptrons: fixtures/estimators.json.

Not part of generate.py: it needs scikit-learn beside NumPy.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes, load_iris, load_linnerud, make_moons
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings('ignore')
X, y = make_moons(n_samples=100, noise=0.25, random_state=3)
train_x, test_x, train_y, test_y = train_test_split(X, y, stratify=y, random_state=42)
iris, diabetes, linnerud = load_iris(), load_diabetes(), load_linnerud()
data = {
    'moons': (train_x, train_y), 'iris': (iris.data, iris.target), 'names': (iris.data, np.array(iris.target_names)[iris.target]),
    'several': (iris.data, np.stack([iris.target > 0, iris.data[:, 0] > 5.8], 1).astype(int)),
    'diabetes': (diabetes.data, diabetes.target / 100), 'linnerud': (linnerud.data / 100, linnerud.target / 100),
}
base = {'random_state': 0, 'hidden_layer_sizes': [6], 'max_iter': 12}
camel = lambda name: ''.join(part.title() if i else part for i, part in enumerate(name.split('_')))
cases = [
    ('moons', {}), ('moons', {'hidden_layer_sizes': [5, 4], 'activation': 'tanh', 'batch_size': 16, 'alpha': 0.1}),
    ('moons', {'activation': 'logistic', 'solver': 'sgd', 'learning_rate_init': 0.1}), ('moons', {'activation': 'identity', 'solver': 'sgd', 'nesterovs_momentum': False, 'learning_rate_init': 0.2}),
    ('moons', {'solver': 'sgd', 'momentum': 0, 'shuffle': False, 'batch_size': 30, 'learning_rate_init': 0.1}), ('moons', {'hidden_layer_sizes': [], 'learning_rate_init': 0.1}),
    ('moons', {'solver': 'sgd', 'learning_rate': 'invscaling', 'learning_rate_init': 0.5, 'power_t': 0.3, 'batch_size': 25}),
    ('moons', {'solver': 'sgd', 'learning_rate': 'adaptive', 'learning_rate_init': 0.5, 'max_iter': 60, 'n_iter_no_change': 2, 'tol': 0.02}),
    ('moons', {'learning_rate_init': 0.05, 'max_iter': 200, 'n_iter_no_change': 3, 'tol': 0.01}),
    ('moons', {'early_stopping': True, 'validation_fraction': 0.2, 'learning_rate_init': 0.05, 'n_iter_no_change': 2, 'max_iter': 40}),
    ('iris', {'learning_rate_init': 0.02, 'beta_1': 0.8, 'beta_2': 0.99, 'epsilon': 1e-4}), ('names', {'solver': 'sgd', 'batch_size': 40}),
    ('iris', {'early_stopping': True, 'learning_rate_init': 0.05, 'batch_size': 50, 'random_state': 7}),
    ('several', {'learning_rate_init': 0.02}), ('diabetes', {'learning_rate_init': 0.01, 'alpha': 1}), ('diabetes', {'early_stopping': True, 'solver': 'sgd', 'learning_rate_init': 0.01, 'max_iter': 8}),
    ('linnerud', {'solver': 'sgd', 'learning_rate_init': 0.05, 'batch_size': 7}),
]
out = []
for name, options in cases:
    x, t = data[name]
    made = (MLPRegressor if name in ('diabetes', 'linnerud') else MLPClassifier)(**{**base, **options}).fit(x, t)
    # The reported squared error is a mean over outputs; its gradient, and what ours reports, is that of their sum.
    several = t.shape[1] if name == 'linnerud' else 1
    scores = made.validation_scores_ if made.early_stopping else None
    out.append({
        'data': name, 'options': {camel(key): value for key, value in {**base, **options}.items()}, 'nIter': made.n_iter_, 'score': made.score(x, t),
        'lossCurve': None if several > 1 else made.loss_curve_[:3] + made.loss_curve_[-1:], 'validationScores': scores and scores[-2:],
        'outputs': np.asarray(made.predict_proba(x[:2]) if hasattr(made, 'predict_proba') else made.predict(x[:2])).tolist(), 'coef': made.coefs_[0][:2, :2].tolist(),
        'predicted': np.asarray(made.predict(x[:3])).tolist() if hasattr(made, 'predict_proba') else None,
    })
moons = [
    {'activation': activation, 'layers': layers, 'score': MLPClassifier(solver='lbfgs', random_state=0, activation=activation, hidden_layer_sizes=[10] * layers).fit(train_x, train_y).score(test_x, test_y)}
    for activation in ('relu', 'tanh') for layers in range(1, 5)
]
(Path(__file__).parent / 'fixtures/estimators.json').write_text(json.dumps({'cases': out, 'moons': moons}))
