"""Embeddings, recurrent layers and their cells: outputs, states and all gradients, in float64. Numbers have 12 significant digits."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import grid, save
from criteria import tensor
from training import camel

G = torch.Generator().manual_seed(12)


def fill(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(grid(*p.shape, generator=G, scale=0.5))
    return module.double()


def flat(value):
    return [value] if torch.is_tensor(value) else [t for v in value if v is not None for t in flat(v)]


def entry(module, arguments, options, inputs, outputs):
    """The gradients belong to a sum of all float outputs, each times its upstream."""
    outputs = [y for y in flat(outputs) if y.is_floating_point()]
    upstream = [grid(*y.shape, generator=G) for y in outputs]
    torch.autograd.backward([y for y in outputs if y.requires_grad], [g for y, g in zip(outputs, upstream) if y.requires_grad])
    return {'module': type(module).__name__, 'arguments': arguments, 'options': camel(options),
            'state': {k: tensor(p) for k, p in module.state_dict().items()}, 'inputs': [tensor(x) for x in inputs],
            'outputs': [tensor(y) for y in outputs], 'upstream': [tensor(g) for g in upstream],
            'inputGradients': [tensor(x.grad)['data'] if x.grad is not None else None for x in inputs],
            'gradients': {k: tensor(p.grad)['data'] for k, p in module.named_parameters() if p.grad is not None}}


def leaf(*shape):
    return grid(*shape, generator=G).requires_grad_()


def embeddings():
    cases = []
    ids = torch.tensor([[1, 4, 1], [0, 2, 4]])
    for options in {}, {'padding_idx': 1}, {'padding_idx': -1}, {'scale_grad_by_freq': True}, {'padding_idx': 2, 'scale_grad_by_freq': True}, {'max_norm': 1.0}, {'max_norm': 0.5, 'norm_type': 1.0}:
        for x in (ids, ids[0, 1])[:2 if options == {} else 1]:
            m = fill(nn.Embedding(5, 2, **options))
            state = {k: tensor(p.clone()) for k, p in m.state_dict().items()}
            cases.append({**entry(m, [5, 2], options, [x], m(x)), 'state': state})
    many, starts = torch.tensor([1, 2, 4, 4, 3, 0]), torch.tensor([0, 2, 2, 5])
    for mode in 'sum', 'mean', 'max':
        for options in {}, {'padding_idx': 4}:
            options = {'mode': mode, **options}
            m = fill(nn.EmbeddingBag(5, 2, **options))
            cases.append(entry(m, [5, 2], options, [ids], m(ids)))
            m = fill(nn.EmbeddingBag(5, 2, **options))
            cases.append(entry(m, [5, 2], options, [many, starts], m(many, starts)))
    m = fill(nn.EmbeddingBag(5, 2, mode='sum'))
    w = leaf(6)
    cases.append(entry(m, [5, 2], {'mode': 'sum'}, [many, starts, w], m(many, starts, w)))
    m = fill(nn.EmbeddingBag(5, 2, mode='mean', include_last_offset=True))
    cases.append(entry(m, [5, 2], {'mode': 'mean', 'include_last_offset': True}, [many, torch.tensor([0, 4, 6])], m(many, torch.tensor([0, 4, 6]))))
    return cases


def recurrent():
    cases = []
    for kind in nn.RNN, nn.LSTM, nn.GRU:
        variants = [{}, {'batch_first': True, 'bidirectional': True}, {'num_layers': 2, 'bidirectional': True}, {'bias': False}]
        variants += [{'nonlinearity': 'relu'}] if kind is nn.RNN else [{'proj_size': 1, 'num_layers': 2, 'bidirectional': True}] if kind is nn.LSTM else []
        for options in variants:
            m = fill(kind(2, 3, **options))
            x = leaf(*((2, 3) if options.get('batch_first') else (3, 2)), 2)
            cases.append(entry(m, [2, 3], options, [x], m(x)))
            sets = m.num_layers * (2 if m.bidirectional else 1)
            x, h, c = leaf(3, 2), leaf(sets, getattr(m, 'proj_size', 0) or 3), leaf(sets, 3)
            given = [h, c] if kind is nn.LSTM else [h]
            m.zero_grad()
            cases.append(entry(m, [2, 3], options, [x, *given], m(x, (h, c) if kind is nn.LSTM else h)))
    for kind in nn.RNNCell, nn.LSTMCell, nn.GRUCell:
        for options in ({}, {'bias': False}):
            for lead in (2,), ():
                m = fill(kind(2, 3, **options))
                x, h, c = leaf(*lead, 2), leaf(*lead, 3), leaf(*lead, 3)
                cases.append(entry(m, [2, 3], options, [x], m(x)))
                m.zero_grad(), setattr(x, 'grad', None)
                cases.append(entry(m, [2, 3], options, [x, *([h, c] if kind is nn.LSTMCell else [h])], m(x, (h, c) if kind is nn.LSTMCell else h)))
    return cases


def packed():
    cases = []
    for kind in nn.RNN, nn.LSTM, nn.GRU:
        for lengths in [3, 1], [1, 3]:
            m = fill(kind(2, 2, num_layers=2, bidirectional=True))
            x = leaf(3, 2, 2)
            y, state = m(pack_padded_sequence(x, lengths, enforce_sorted=False))
            cases.append({**entry(m, [2, 2], {'num_layers': 2, 'bidirectional': True}, [x], (pad_packed_sequence(y)[0], state)), 'lengths': lengths})
    return cases


def main():
    save('sequences', embeddings=embeddings(), recurrent=recurrent(), packed=packed())


if __name__ == '__main__':
    main()
