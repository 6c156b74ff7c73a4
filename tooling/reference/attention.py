"""Attention and transformers: outputs, weights and all gradients, in float64. Numbers have 12 significant digits."""

import math

import torch
from torch import nn

from common import grid, save
from criteria import tensor
from sequences import entry, leaf
from training import camel

G = torch.Generator().manual_seed(13)


def fill(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(grid(*p.shape, generator=G, scale=0.5))
    return module.double()


def case(module, arguments, options, inputs, repeat=1, **call):
    """`repeat`: the only input is passed so many times."""
    y = module(*inputs * repeat, **call)
    masks = {k: tensor(v) if torch.is_tensor(v) else v for k, v in camel(call).items()}
    return {**entry(module, arguments, options, inputs, y), 'repeat': repeat, 'call': masks}


def multihead():
    cases = []
    late = torch.ones(3, 3, dtype=torch.bool).triu(1)
    float_mask = grid(2, 4, generator=G)
    padding = torch.tensor([[False, False, True, False], [True, False, False, False]])
    own = lambda options: fill(nn.MultiheadAttention(4, 2, **options))
    for options in {}, {'batch_first': True}, {'bias': False}, {'add_bias_kv': True}, {'add_zero_attn': True}:
        cases.append(case(own(options), [4, 2], options, [leaf(3, 2, 4)], repeat=3))
        shapes = [(2, 2, 4), (2, 4, 4), (2, 4, 4)] if options.get('batch_first') else [(2, 2, 4), (4, 2, 4), (4, 2, 4)]
        cases.append(case(own(options), [4, 2], options, [leaf(*s) for s in shapes], key_padding_mask=padding, attn_mask=float_mask.double()))
    options = {'kdim': 3, 'vdim': 2}
    cases.append(case(own(options), [4, 2], options, [leaf(2, 2, 4), leaf(4, 2, 3), leaf(4, 2, 2)], average_attn_weights=False))
    cases.append(case(own({}), [4, 2], {}, [leaf(3, 4)], repeat=3, attn_mask=late))
    cases.append(case(own({}), [4, 2], {}, [leaf(3, 2, 4)], repeat=3, attn_mask=grid(4, 3, 3, generator=G), need_weights=False))
    cases.append(case(own({}), [4, 2], {}, [leaf(2, 4), leaf(4, 4), leaf(4, 4)], key_padding_mask=padding[0], average_attn_weights=False))
    return cases


def layers():
    cases = []
    late = nn.Transformer.generate_square_subsequent_mask(3).double()
    padding = torch.tensor([[False, False, True], [False, False, False]])
    for options in {}, {'norm_first': True, 'activation': 'gelu'}, {'batch_first': True}:
        full = {'dim_feedforward': 3, 'dropout': 0.0, **options}
        x = leaf(2, 3, 4) if options.get('batch_first') else leaf(3, 2, 4)
        m = fill(nn.TransformerEncoderLayer(4, 2, **full))
        cases.append(case(m, [4, 2], full, [x], src_mask=late, src_key_padding_mask=padding))
        m = fill(nn.TransformerDecoderLayer(4, 2, **full))
        x, memory = (leaf(2, 3, 4), leaf(2, 2, 4)) if options.get('batch_first') else (leaf(3, 2, 4), leaf(2, 2, 4))
        cases.append(case(m, [4, 2], full, [x, memory], tgt_mask=late, memory_key_padding_mask=torch.tensor([[False, False], [True, False]])))
    full = {'dim_feedforward': 3, 'dropout': 0.0, 'd_model': 4, 'nhead': 2, 'num_encoder_layers': 1, 'num_decoder_layers': 2}
    m = fill(nn.Transformer(**full))
    cases.append(case(m, [], full, [leaf(2, 2, 4), leaf(3, 2, 4)], tgt_mask=late))
    return cases


def norms():
    cases = []
    for shape, options in ([3], {}), ([2, 3], {'eps': 0.5}), ([3], {'elementwise_affine': False}):
        for lead in (4,), (2, 2), ():
            m = fill(nn.LayerNorm(shape, **options))
            cases.append(case(m, [shape], options, [leaf(*lead, *shape)]))
    return cases


def scaled():
    """The formula of PyTorch's documentation; 1.13 has no public function."""
    cases = []
    for lead, lk, mask, causal, scale in [((2, 2), (2, 2), None, False, None), ((2,), (2,), 'bool', False, None), ((), (), 'float', False, 0.5), ((2, 2), (2, 2), None, True, None), ((2, 1, 2, 1), (1, 2, 1, 1), 'bool', False, None)]:
        q, k, v = leaf(*lead, 3, 2), leaf(*lk, 4, 2), leaf(*lk, 4, 3)
        keep = torch.tensor([[True, False, True, True], [True, True, False, False], [False, True, True, True]])
        added = torch.zeros(3, 4, dtype=torch.float64)
        given = keep if mask == 'bool' else grid(3, 4, generator=G) if mask else None
        if mask == 'bool':
            added = added.masked_fill(~keep, -math.inf)
        elif mask:
            added = given
        if causal:
            added = added.masked_fill(~torch.ones(3, 4, dtype=torch.bool).tril(), -math.inf)
        y = torch.softmax(q @ k.transpose(-1, -2) * (scale or 1 / math.sqrt(2)) + added, -1) @ v
        upstream = grid(*y.shape, generator=G)
        y.backward(upstream)
        cases.append({'inputs': [tensor(x) for x in (q, k, v)], 'options': {'attnMask': given is not None and tensor(given), 'isCausal': causal, 'scale': scale},
                      'output': tensor(y), 'upstream': tensor(upstream), 'gradients': [tensor(x.grad)['data'] for x in (q, k, v)]})
    return cases


def main():
    save('attention', multihead=multihead(), layers=layers(), norms=norms(), scaled=scaled())


if __name__ == '__main__':
    main()
