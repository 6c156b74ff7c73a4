"""PyTorch, with as many threads as the first argument says. The protocol is that of protocol.mjs."""
import json
import sys
import time

import torch

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
torch.manual_seed(0)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(784, 512)
        self.fc2 = torch.nn.Linear(512, 512)
        self.fc3 = torch.nn.Linear(512, 10)

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


def step(batch):
    model = Net()
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.01)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001)
    inputs = torch.rand(batch, 784)
    labels = torch.arange(batch) % 10

    def run():
        loss = criterion(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return run


def bare(batch):
    """The step without modules and optimizer classes."""
    model = Net()
    parameters = list(model.parameters())
    squares = [torch.zeros_like(p) for p in parameters]
    inputs = torch.rand(batch, 784)
    labels = torch.arange(batch) % 10
    function = torch.nn.functional

    def run():
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = torch.relu(torch.addmm(b1, inputs, w1.t()))
        hidden = torch.relu(torch.addmm(b2, hidden, w2.t()))
        loss = function.cross_entropy(torch.addmm(b3, hidden, w3.t()), labels, label_smoothing=0.01)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g, v in zip(parameters, gradients, squares):
                v.mul_(0.99).addcmul_(g, g, value=0.01)
                p.addcdiv_(g, v.sqrt().add_(1e-8), value=-0.001)

    return run


def epoch(batch, rows, workers=0):
    """The lecture's program."""
    from torch.utils.data import DataLoader, TensorDataset

    model = Net()
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.01)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001)
    dataset = TensorDataset(torch.rand(rows, 784), torch.arange(rows) % 10)
    loader = DataLoader(dataset, batch_size=batch, num_workers=workers, shuffle=True)

    def run():
        total = correct = 0.0
        for inputs, labels in loader:
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            correct += (outputs.argmax(1) == labels).float().mean().item() * labels.size(0)

    return run


def reduce(rows, columns, axis):
    x = torch.randn(rows, columns)
    return lambda: x.sum(axis)


def gemm(m, n, k, left=False, right=False):
    a = torch.randn(k, m).T if left else torch.randn(m, k)
    b = torch.randn(n, k).T if right else torch.randn(k, n)
    return lambda: a @ b


def unary(op, size):
    x = torch.randn(size)
    function = getattr(torch, op)
    return lambda: function(x)


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


cases = {"step": step, "bare": bare, "epoch": epoch, "gemm": gemm, "unary": unary, "reduce": reduce}
prepared = {}
for line in sys.stdin:
    request = json.loads(line)
    if request.get("about"):
        answer = {"name": "PyTorch", "version": torch.__version__, "engine": f"{torch.get_num_threads()} threads"}
    else:
        count = request.pop("count")
        key = json.dumps(request)
        name = request.pop("case")
        if name not in cases:
            answer = {"missing": True}
        else:
            if key not in prepared:
                prepared[key] = cases[name](**request)
            run = prepared[key]
            start = time.perf_counter()
            for _ in range(count):
                run()
            answer = {"ms": (time.perf_counter() - start) * 1000 / count, "bytes": resident()}
    print(json.dumps(answer), flush=True)
