#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains one network of handwritten digits three times: with real weights, with weights of 4 bits, and of 2.

    OMP_NUM_THREADS=1 train_few_bits.py WORK      writes WORK/int4.npz, WORK/int2.npz and WORK/few_bits.json

The networks of few bits start from the real one. few_bits.json holds the test accuracies of all three.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch

import classifier
import handwritten
from few_bits_net import FewBits

EPOCHS = 20
RATE = 6e-3
RATE_OF_CODES = 3e-3


def with_codes(real, bits):
    """The network with weights of these bits, its weights those of the real one."""
    net = FewBits(bits)
    state = {name: value for name, value in real.state_dict().items()}
    net.load_state_dict(state, strict=False)
    for name in (*net.names, "dense"):
        codes = net.get_submodule(f"{name}_codes")
        codes.__init__(net.get_submodule(name).weight, bits)
    return net


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    work = Path(sys.argv[1])
    train, test = ((torch.from_numpy(p).float() / 255, torch.from_numpy(l)) for p, l in handwritten.read())
    real = FewBits(None)
    classifier.fit(real, *train, EPOCHS, RATE, real.keep_signs)
    figures = {"samples": len(test[1]), "real": classifier.accuracy(real, *test)}
    for bits in (4, 2):
        net = with_codes(real, bits)
        figures[f"int{bits} after training"] = classifier.accuracy(net.eval(), *test)
        classifier.fit(net, *train, EPOCHS, RATE_OF_CODES, net.keep_signs)
        figures[f"int{bits}"] = classifier.accuracy(net, *test)
        np.savez(work / f"int{bits}.npz", **net.layers())
        print(figures, flush=True)
    (work / "few_bits.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
