"""PyTorch, with as many threads as the first argument says. The protocol is that of protocol.mjs; with a second argument one case alone, as in ours-alone.mjs."""
import json
import re
import resource
import sys
import time

import torch

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
torch.manual_seed(0)


class Net(torch.nn.Module):
    def __init__(self, inputs=784, width=512, classes=10):
        super().__init__()
        self.fc1 = torch.nn.Linear(inputs, width)
        self.fc2 = torch.nn.Linear(width, width)
        self.fc3 = torch.nn.Linear(width, classes)

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x)))))


class Writer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(64, 64)
        self.lstm = torch.nn.LSTM(64, 128, batch_first=True)
        self.head = torch.nn.Linear(128, 64)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0]).reshape(-1, 64)


def training(model, optimizer, inputs, labels, label_smoothing=0.0):
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=label_smoothing)

    def run():
        loss = criterion(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return run


def step(batch, inputs=784, width=512, classes=10):
    model = Net(inputs, width, classes)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001)
    return training(model, optimizer, torch.rand(batch, inputs), torch.randint(0, classes, (batch,)), 0.01)


def cnn(batch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    return training(model, torch.optim.Adam(model.parameters(), lr=0.001), torch.rand(batch, 1, 28, 28), torch.randint(0, 10, (batch,)))


def lstm(batch, length):
    model = Writer()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    return training(model, optimizer, torch.randint(0, 64, (batch, length)), torch.randint(0, 64, (batch * length,)))


def bare(batch):
    """The step without modules and optimizer classes."""
    model = Net()
    parameters = list(model.parameters())
    squares = [torch.zeros_like(p) for p in parameters]
    roots = [torch.empty_like(p) for p in parameters]
    inputs = torch.rand(batch, 784)
    labels = torch.randint(0, 10, (batch,))
    function = torch.nn.functional

    def run():
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = torch.relu(torch.addmm(b1, inputs, w1.t()))
        hidden = torch.relu(torch.addmm(b2, hidden, w2.t()))
        loss = function.cross_entropy(torch.addmm(b3, hidden, w3.t()), labels, label_smoothing=0.01)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g, v, root in zip(parameters, gradients, squares, roots):
                v.mul_(0.99).addcmul_(g, g, value=0.01)
                p.addcdiv_(g, torch.sqrt(v, out=root).add_(1e-8), value=-0.001)

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


def about():
    # Which BLAS multiplies matters more than the version.
    try:
        with open("/proc/self/maps") as maps:
            libraries = {line.split("/")[-1].strip() for line in maps if "/" in line}
    except OSError:
        libraries = set()
    blas = sorted(name for name in libraries if any(word in name for word in ("blas", "mkl_", "libflame")))
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    if built and built[1] == "mkl":
        blas = ["MKL"]
    return {"name": "PyTorch", "version": torch.__version__, "engine": ", ".join([f"{threads} thread{'s' if threads > 1 else ''}", *blas])}


def alone(request):
    """MiB that were resident at most, over an epoch of the lecture's program with its data."""
    if request.pop("case") != "peak":
        return {"missing": "unknown"}
    epoch(**request)()
    return {"value": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


cases = {"step": step, "bare": bare, "cnn": cnn, "lstm": lstm, "epoch": epoch, "gemm": gemm, "unary": unary, "reduce": reduce}


def iterate(request):
    count = request.pop("count")
    afresh = request.pop("afresh", False)
    key = json.dumps(request)
    name = request.pop("case")
    if name not in cases:
        return {"missing": "unknown"}
    if afresh or key not in prepared:
        prepared[key] = cases[name](**request)
    run = prepared[key]
    start = time.perf_counter()
    for _ in range(count):
        run()
    return {"ms": (time.perf_counter() - start) * 1000 / count}


prepared = {}
if len(sys.argv) > 2:
    print(json.dumps(alone(json.loads(sys.argv[2]))))
else:
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(about() if request.get("about") else iterate(request)), flush=True)
