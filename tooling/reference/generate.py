"""Writes every fixture."""

import conv
import criteria
import linear
import losses
import ops
import optimizers
import printing
import training
import vocabulary

for script in training, losses, criteria, linear, optimizers, conv, ops, vocabulary, printing:
    script.main()
