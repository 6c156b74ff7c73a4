"""The tensor vocabulary: statistics, orders, parts, updates, products. One entry a function: inputs, results, and the gradients
of the sum of all results times 1, 2, 3, ... The test has the same function under the same name."""

import torch
import torch.nn.functional as F

from common import grid, save, tensor

g = torch.Generator().manual_seed(3)
x35 = grid(3, 5, generator=g)
y35 = grid(3, 5, generator=g)
x234 = grid(2, 3, 4, generator=g)
x6 = grid(6, generator=g)
y6 = grid(6, generator=g)
a43, b35, b233, b234 = grid(4, 3, generator=g), grid(3, 5, generator=g), grid(2, 3, 3, generator=g), grid(2, 3, 4, generator=g)
ties = torch.tensor([[1., 3, 3, -1, 2], [2, 2, 2, 2, 2], [3, 0, -1, 3, 0]], dtype=torch.float64)
odd = torch.tensor([[1., float('nan'), 3, float('inf'), -float('inf')], [2, 1, 0, -1, -2]], dtype=torch.float64)
zeros = torch.tensor([[0., 0, 0], [3, 0, 4]], dtype=torch.float64)
factors = torch.tensor([[1.5, 0, 2, -1], [0.5, 2, 0, 0]], dtype=torch.float64)
whole = torch.tensor([[3, -1, 2, 3], [0, 5, 5, -2]], dtype=torch.int32)
flags = torch.tensor([[True, False, True], [False, False, True]])
long = ((torch.arange(150, dtype=torch.float64) * 37) % 83 - 41).reshape(2, 75)
places = torch.tensor([2, 0, 2, 1])
grid_places = torch.tensor([[0, 2, 1], [1, 0, 2]])
INF = float('inf')


def both(pair):
    return [pair.values, pair.indices]


def put(x, where, values):
    y = x.clone()
    y[where] = values
    return y


CASES = {
    'max, min': ([x35], lambda x: [x.max(), x.min(), *both(x.max(1)), *both(x.min(0, keepdim=True))]),
    'max, min of ties': ([ties], lambda x: [x.max(), *both(x.max(1)), *both(x.min(1))]),
    'max, min of integers': ([whole], lambda x: [x.max(), *both(x.max(1)), *both(x.min(1))]),
    'max, min, median of NaN': ([odd], lambda x: [x.max(), *both(x.max(1)), *both(x.min(1)), *both(x.median(1)), x.median()]),
    'var, std': ([x234], lambda x: [x.var(), x.std(1), x.var([0, 2], unbiased=False), x.std(-1, unbiased=False, keepdim=True)]),
    'std of equals': ([ties], lambda x: [x.std(1)]),
    'norm': ([x234], lambda x: [x.norm(), x.norm(1), x.norm(INF), x.norm(3, 1), x.norm(2, (0, 2), keepdim=True), x.norm(0, 1), x.norm(-INF, 2)]),
    'norm of zeros': ([zeros], lambda x: [x.norm(dim=1), x.norm(1, dim=1), x.norm(3, dim=1)]),
    'median': ([x35], lambda x: [x.median(), *both(x.median(1)), *both(x.median(0, keepdim=True))]),
    'median of even counts': ([x234], lambda x: [x.median(), *both(x.median(2))]),
    'kthvalue': ([x35], lambda x: [*both(x.kthvalue(2)), *both(x.kthvalue(3, 0, keepdim=True))]),
    'quantile': ([x35], lambda x: [x.quantile(0.3), x.quantile(torch.tensor([0, 0.25, 0.9], dtype=torch.float64), 1), x.quantile(0.5, 0, keepdim=True)]),
    'quantile of NaN': ([odd], lambda x: [x.quantile(0.5, 1)]),
    **{f'quantile {mode}': ([x35], lambda x, mode=mode: [x.quantile(0.3, 1, interpolation=mode)]) for mode in ('lower', 'higher', 'nearest', 'midpoint')},
    'histc': ([x35], lambda x: [x.histc(4), x.histc(3, -1, 1), ties.histc(4, -1, 3)]),
    'histogram': ([x35], lambda x: [part for h in (x.detach().histogram(4), x.detach().histogram(3, range=(-1., 1.), density=True), ties[1].histogram(4)) for part in (h.hist, h.bin_edges)]),
    'softmin': ([x35], lambda x: [F.softmin(x, 1)]),
    'cumsum, cumprod': ([x35], lambda x: [x.cumsum(1), x.cumsum(0), x.cumprod(-1)]),
    'cumprod of zeros': ([factors], lambda x: [x.cumprod(1)]),
    'cumsum of integers': ([whole], lambda x: [x.cumsum(1), x.cumprod(0)]),
    'cumsum of truths': ([flags], lambda x: [x.cumsum(1)]),
    'cummax, cummin': ([x35], lambda x: [*both(x.cummax(1)), *both(x.cummin(0))]),
    'cummax, cummin of ties': ([ties], lambda x: [*both(x.cummax(1)), *both(x.cummin(1))]),
    'cummax, cummin of NaN': ([odd], lambda x: [*both(x.cummax(1)), *both(x.cummin(1))]),
    'sort': ([x35], lambda x: [*both(x.sort()), *both(x.sort(0, descending=True)), x.argsort(1)]),
    'sort of ties': ([ties], lambda x: [*both(torch.sort(x, stable=True)), *both(torch.sort(x, descending=True, stable=True))]),
    'sort of NaN': ([odd], lambda x: [*both(x.sort()), *both(x.sort(descending=True))]),
    'sort of a long axis': ([long], lambda x: [*both(torch.sort(x, stable=True)), *both(torch.sort(x, descending=True, stable=True))]),
    'sort of integers': ([whole], lambda x: [*both(torch.sort(x, stable=True))]),
    'topk': ([x35], lambda x: [*both(x.topk(2)), *both(x.topk(3, 1, largest=False)), *both(x.topk(1, 0))]),
    'topk of NaN': ([odd], lambda x: [*both(x.topk(2)), *both(x.topk(2, largest=False))]),
    'split, chunk, unbind': ([x35], lambda x: [*x.split(2), *x.split([1, 3, 1], 1), *x.chunk(2, 1), *x.chunk(4, 1), *x.unbind(1)]),
    'movedim': ([x234], lambda x: [x.movedim(0, 2), x.movedim((0, 1), (2, 0))]),
    'repeat, tile': ([x35], lambda x: [x.repeat(2, 1), x.repeat(2, 1, 2), x.tile(2), x.repeat_interleave(2, 1), x.repeat_interleave(3)]),
    'roll': ([x35], lambda x: [x.roll(1), x.roll(-2, 1), x.roll((1, 7), (0, 1))]),
    'rot90': ([x234], lambda x: [x.rot90(), x.rot90(2), x.rot90(-1, (1, 2)), x.rot90(3)]),
    'tril, triu': ([x234], lambda x: [x.tril(), x.triu(), x.tril(-1), x.triu(2), x.tril(1)]),
    'diag, trace': ([x35, x6], lambda x, v: [x.diag(), x.diag(1), x.diag(-1), v.diag(), v.diag(2), v.diag(-1), torch.diag_embed(x), x[:, :3].trace()]),
    'where': ([x35, y35], lambda x, y: [torch.where(x > y, x, y), torch.where(x > 0, x, torch.zeros((), dtype=torch.float64))]),
    'scatter': ([x35, b35], lambda x, s: [x.scatter(0, grid_places, s[:2, :3]), x.scatter(1, grid_places, 2.5)]),
    'indexAdd': ([x35, a43], lambda x, s: [x.index_add(0, places, s[:, :1].expand(4, 5)), x.index_add(1, places, s.T, alpha=2)]),
    'take': ([x35], lambda x: [x.take(torch.tensor([[0, 14], [7, 7]]))]),
    'index tensors': ([x234], lambda x: [x[:, places], x[places[1:2]], x[:, :, places], x[places[1:].remainder(2), :, places[1:]], x[:, places, places], x[0, places], x[:, -1 - places[:2]], x[grid_places.remainder(2), :, 1:]]),
    'indexPut': ([x35, y6], lambda x, v: [x.index_put((torch.tensor([0, 2]), torch.tensor([1, 4])), v[:2]), x.index_put((places,), v[:1], accumulate=True), x.index_put((torch.tensor([1]),), v[:5])]),
    'sliceScatter, selectScatter': ([x35, y35], lambda x, s: [put(x, slice(1, None), s[:2]), put(x, (slice(None), slice(0, 4, 2)), s[:, :2]), x.select_scatter(s[0], 0, -1), x.select_scatter(s[:, 0], 1, 2)]),
    'oneHot': ([grid_places], lambda i: [F.one_hot(i, 4)]),
    'dot, outer, mm, mv, bmm': ([x6, y6, x35, b234, b233], lambda u, v, x, p, q: [u.dot(v), u.outer(v), x.T.mm(x), x.mv(v[:5]), q.bmm(p)]),
    'tensordot': ([x234, b234], lambda x, y: [torch.tensordot(x, y, 3), torch.tensordot(x, y, ([1, 2], [1, 2])), torch.tensordot(x, y.permute(2, 1, 0), 1)]),
    'cross': ([b233, x234], lambda x, y: [torch.cross(x, y[:, :, :3], -1), torch.cross(x, y[:, :, :3], 1)]),
    'cdist': ([x35, b35], lambda x, y: [torch.cdist(x, y), torch.cdist(x, y, 1), torch.cdist(x, y, INF), torch.cdist(x, y, 3)]),
    'cdist to itself': ([x35], lambda x: [torch.cdist(x, x.detach())]),
    'cosineSimilarity': ([x35, y35], lambda x, y: [F.cosine_similarity(x, y), F.cosine_similarity(x, y, dim=0), F.cosine_similarity(x.unsqueeze(1), y, dim=-1)]),
    'einsum': ([x35, y35, a43, x234, b233], lambda x, y, a, t, s: [
        torch.einsum('ij,ij->', x, y), torch.einsum('ij,kj->ik', x, y), torch.einsum('ij,jk', a, x), torch.einsum('bij,bjk->bik', s, t), torch.einsum('bii->bi', s), torch.einsum('bii', s),
        torch.einsum('ij->ji', x), torch.einsum('i,j->ij', x[0], y[0]), torch.einsum('...ij,jk->...ik', t.transpose(1, 2), s[0]), torch.einsum('ij,bij->b', a.T, t), torch.einsum('ki,ij,kj->k', a, x, x[:1].expand(4, 5)), torch.einsum('...a->...', t), torch.einsum('ba', x)]),
    'linspace, logspace': ([], lambda: [torch.linspace(-1, 2, 7, dtype=torch.float64), torch.logspace(0, 3, 4, dtype=torch.float64), torch.logspace(-1, 1, 3, base=2, dtype=torch.float64), torch.linspace(3, 3, 1, dtype=torch.float64)]),
    'meshgrid': ([x6, x35], lambda v, x: [*torch.meshgrid(v, x[0], indexing='ij'), *torch.meshgrid(v, x[0], indexing='xy')]),
    'searchsorted': ([ties], lambda x: [torch.searchsorted(torch.tensor([-1., 0, 2, 2, 3], dtype=torch.float64), x), torch.searchsorted(torch.tensor([-1., 0, 2, 2, 3], dtype=torch.float64), x, right=True), torch.searchsorted(x.detach().sort(1).values, x), torch.bucketize(x, torch.tensor([0., 2], dtype=torch.float64))]),
    'searchsorted in long rows': ([long], lambda x: [torch.searchsorted(x.detach().sort(1).values, x[:, :20] / 2), torch.searchsorted(x.detach()[0].sort().values, x, right=True), torch.searchsorted(x.detach()[0].sort().values, odd)]),
    'exp2, erfc, softplus': ([x35], lambda x: [x.exp2(), x.erfc(), F.softplus(x), F.softplus(x, 2, 1), (x * 8).erfc() * 1e10]),
    'logaddexp, hypot': ([x35, y35], lambda x, y: [torch.logaddexp(x, y), torch.logaddexp(x * 500, y * 500), torch.hypot(x, y), x.deg2rad(), x.rad2deg()]),
    'isclose': ([x35], lambda x: [torch.isclose(x, x + 1e-9), torch.isclose(x, x * 1.1, rtol=0.05), torch.isclose(odd, odd), torch.isclose(odd, odd, equal_nan=True)]),
}


def case(name, inputs, f):
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    outputs = [*f(*leaves)]
    parts = [(y * torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)).sum() for y in outputs if y.requires_grad]
    entry = {'name': name, 'inputs': [tensor(x) for x in inputs], 'outputs': [tensor(y) for y in outputs]}
    if parts and not any(torch.isnan(y).any() or torch.isinf(y).any() for y in outputs):
        wanted = [x for x in leaves if x.requires_grad]
        gradients = torch.autograd.grad(sum(parts), wanted, allow_unused=True)
        entry['gradients'] = [tensor(torch.zeros_like(x) if d is None else d) for d, x in zip(gradients, wanted)]
    return entry


def main():
    save('vocabulary', cases=[case(name, inputs, f) for name, (inputs, f) in CASES.items()])


if __name__ == '__main__':
    main()
