"""Writes every fixture."""

import activations
import attention
import conv
import convolutions
import criteria
import lbfgs
import linear
import losses
import norms
import ops
import optimizers
import pools
import printing
import schedules
import sequences
import training
import vocabulary

for script in training, losses, criteria, sequences, attention, linear, norms, optimizers, lbfgs, schedules, conv, ops, vocabulary, printing, activations, convolutions, pools:
    script.main()
