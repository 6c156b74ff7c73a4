"""Writes every fixture."""

import activations
import conv
import criteria
import linear
import losses
import norms
import ops
import optimizers
import printing
import training
import vocabulary

for script in training, losses, criteria, linear, norms, optimizers, conv, ops, vocabulary, printing, activations:
    script.main()
