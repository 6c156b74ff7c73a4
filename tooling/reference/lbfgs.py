"""Steps of LBFGS on Beale's function from (0.8, 1.6), and from (1, 1), in float64: the loss before, and the point and the evaluations after each step."""

import torch

from common import number, numbers, save
from optimizers import beale
from training import camel

RUNS = [
    ((0.8, 1.6), {'line_search_fn': 'strong_wolfe'}),
    ((0.8, 1.6), {'line_search_fn': 'strong_wolfe', 'max_iter': 3, 'history_size': 2}),
    ((0.8, 1.6), {'line_search_fn': 'strong_wolfe', 'max_iter': 1, 'lr': 0.1}),
    ((0.8, 1.6), {'line_search_fn': 'strong_wolfe', 'max_iter': 1, 'lr': 30}),
    ((1, 1), {'line_search_fn': 'strong_wolfe', 'max_eval': 5}),
    ((1, -2), {'line_search_fn': 'strong_wolfe', 'max_iter': 2}),
    ((1, 1), {'lr': 0.1}),
    ((1, 1), {'lr': 0.1, 'max_iter': 4, 'history_size': 1, 'tolerance_change': 1e-3}),
    ((0.8, 1.6), {'lr': 0.01, 'tolerance_grad': 5}),
]


def run(start, options):
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([p], **options)

    def closure():
        optimizer.zero_grad()
        loss = beale(p)
        loss.backward()
        return loss

    steps = []
    for _ in range(6):
        loss = optimizer.step(closure)
        steps.append([number(loss.item()), *numbers(p), optimizer.state[p]['func_evals'], optimizer.state[p]['n_iter']])
    return {'start': list(start), 'options': camel(options), 'steps': steps}


def main():
    save('lbfgs', runs=[run(*r) for r in RUNS])


if __name__ == '__main__':
    main()
