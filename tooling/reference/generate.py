"""Writes every fixture."""

import conv
import linear
import losses
import ops
import optimizers
import training

for script in training, losses, linear, optimizers, conv, ops:
    script.main()
