"""Writes every fixture: runs every script that is imported here."""

from types import ModuleType

import activations
import arranging_layers
import attention
import averages
import classification
import conv
import convolutions
import criteria
import lbfgs
import linear
import losses
import newer
import norms
import ops
import optimizers
import parametrizations
import pools
import printing
import regression
import schedules
import sequences
import simple_layers
import training
import vocabulary

for script in [value for value in list(globals().values()) if isinstance(value, ModuleType) and hasattr(value, 'main')]:
    script.main()
