"""The lecture's regularized network in PyTorch, for the table in apps/fashion-mnist/README.md.

    python3 regularized.py <folder with the four idx files> [seeds] [epochs]

Raw pixels, batches of 32, RMSprop 0.001, label smoothing 0.01, a stratified quarter held out. Prints a line of JSON a seed:
training loss (mean of the batches' losses) and accuracy while the weights change, validation loss and accuracy after each epoch.
"""
import gzip
import json
import sys
import time

import numpy as np
import torch
from torch import nn


def read(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder):
    images = np.concatenate([read(f'{folder}/{part}-images-idx3-ubyte.gz', 16) for part in ('train', 't10k')]).reshape(-1, 784)
    labels = np.concatenate([read(f'{folder}/{part}-labels-idx1-ubyte.gz', 8) for part in ('train', 't10k')])
    return torch.from_numpy(images.astype(np.float32)), torch.from_numpy(labels.astype(np.int64))


def split(labels):
    """A quarter of each class."""
    held = torch.cat([own[torch.randperm(len(own))[:len(own) // 4]] for own in (torch.nonzero(labels == c)[:, 0] for c in range(10))])
    mask = torch.ones(len(labels), dtype=torch.bool)
    mask[held] = False
    return torch.nonzero(mask)[:, 0], held


def model():
    layers, before = [], 784
    for width in (265, 64, 32):
        layers += [nn.Linear(before, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(0.5)]
        before = width
    return nn.Sequential(*layers, nn.Linear(32, 10))


def run(x, y, seed, epochs):
    torch.manual_seed(seed)
    train, held = split(y)
    net, criterion = model(), nn.CrossEntropyLoss(label_smoothing=0.01)
    optimizer = torch.optim.RMSprop(net.parameters(), lr=0.001)
    records = []
    for _ in range(epochs):
        net.train()
        losses, right, started = [], 0, time.time()
        order = train[torch.randperm(len(train))]
        for start in range(0, len(order), 32):
            rows = order[start:start + 32]
            outputs = net(x[rows])
            loss = criterion(outputs, y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            right += (outputs.argmax(1) == y[rows]).sum().item()
        net.eval()
        with torch.no_grad():
            batches = held.split(32)
            val = [criterion(net(x[rows]), y[rows]).item() for rows in batches]
            hits = sum((net(x[rows]).argmax(1) == y[rows]).sum().item() for rows in batches)
        records.append({'trainLoss': float(np.mean(losses)), 'trainAccuracy': right / len(train), 'valLoss': float(np.mean(val)), 'valAccuracy': hits / len(held), 'seconds': time.time() - started})
    return records


if __name__ == '__main__':
    folder, seeds, epochs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3, int(sys.argv[3]) if len(sys.argv) > 3 else 10
    torch.set_num_threads(1)
    x, y = load(folder)
    for seed in range(seeds):
        print(json.dumps({'torch': torch.__version__, 'seed': seed, 'epochs': run(x, y, seed, epochs)}), flush=True)
