"""Writes packages/data/src/*-data.ts, the embedded copies of five small tables.

    python tooling/tables/pack.py FOLDER     (the folder of scikit-learn's data files: iris.csv, wine_data.csv, ...)

A row is a line, its numbers as published, the targets last.
"""

import gzip
import sys
from pathlib import Path

SOURCE = Path(sys.argv[1])
TARGET = Path(__file__).parents[2] / 'packages/data/src'
ORIGINS = {
    'iris': 'R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems, 1936; UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/53, CC BY 4.0',
    'wine': 'S. Aeberhard and M. Forina, Wine, 1991; UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/109, CC BY 4.0',
    'breast-cancer': 'W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic), 1993; UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/17, CC BY 4.0',
    'diabetes': 'B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of Statistics 32, 2004',
    'linnerud': 'M. Tenenhaus, La regression PLS: theorie et pratique, 1998, table 1 (the data of A. C. Linnerud)',
}


def number(text):
    value = repr(float(text))
    value = value[:-2] if value.endswith('.0') else value
    return value[1:] if value.startswith('0.') else value


def lines(name):
    path = SOURCE / name
    return (gzip.open(path, 'rt') if name.endswith('.gz') else open(path)).read().splitlines()


def joined(left, right):
    return [a.split() + b.split() for a, b in zip(left, right, strict=True)]


TABLES = {
    'iris': [row.split(',') for row in lines('iris.csv')[1:]],
    'wine': [row.split(',') for row in lines('wine_data.csv')[1:]],
    'breast-cancer': [row.split(',') for row in lines('breast_cancer.csv')[1:]],
    'diabetes': joined(lines('diabetes_data_raw.csv.gz'), lines('diabetes_target.csv.gz')),
    'linnerud': joined(lines('linnerud_exercise.csv')[1:], lines('linnerud_physiological.csv')[1:]),
}
for name, rows in TABLES.items():
    rows = [row for row in rows if row != ['']]
    text = '\n'.join(','.join(map(number, row)) for row in rows)
    head = f'/**\n * The rows of `{name}`, packed by tooling/tables/pack.py.\n *\n * Origin: {ORIGINS[name]};\n * taken unchanged from the copy in scikit-learn (BSD-3-Clause, the Scikit-Learn Developers).\n */\n'
    (TARGET / f'{name}-data.ts').write_text(f"{head}export const {name.replace('-', '_').upper()}: string = `\n{text}\n`;\n")
    print(name, len(rows), 'rows of', len(rows[0]), len(text), 'characters')
