#!/usr/bin/env python3
"""Writes the fixtures in Tests/Fixtures: small recurrent stacks with PyTorch's results.

Usage: scripts/fixtures.py [FOLDER]      (needs: pip install torch numpy)

Each file holds one stack run by PyTorch in float64 and stored as float32 safetensors: parameters, inputs, outputs, final
states, and the gradients of loss = sum(output * grad_output) + sum(hn * grad_hn) + sum(cn * grad_cn). The files are the same
to the bit for the same version of PyTorch.
"""
import json
import pathlib
import struct
import sys

if {"--help", "-h"} & set(sys.argv[1:]):
    print(__doc__)
    sys.exit()

import numpy
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CASES = {
    # name: (cell, T, B, I, H, options)
    "elman-relu-stacked": ("elman", 5, 3, 4, 6, dict(nonlinearity="relu", layers=2)),
    "elman-bidirectional-lengths": ("elman", 6, 4, 3, 9, dict(bidirectional=True, lengths=[2, 6, 1, 4])),
    "gru-initial-state": ("gru", 5, 3, 4, 7, dict(initial=True)),
    "gru-no-bias-batch-first": ("gru", 4, 2, 5, 8, dict(bias=False, batch_first=True)),
    "gru-stacked-bidirectional-lengths": ("gru", 6, 4, 5, 10, dict(layers=2, bidirectional=True, lengths=[6, 3, 5, 1])),
    "lstm-batch-one": ("lstm", 7, 1, 6, 17, dict(initial=True)),
    "lstm-projection": ("lstm", 5, 3, 4, 9, dict(proj=5, layers=2, bidirectional=True, initial=True)),
    "lstm-stacked-bidirectional-lengths": ("lstm", 6, 5, 4, 9, dict(layers=2, bidirectional=True, initial=True, lengths=[3, 6, 1, 6, 2])),
}


def save(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n)):
        array = tensors[name]
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def make(seed, cell, T, B, I, H, nonlinearity="tanh", layers=1, bidirectional=False, bias=True, proj=0, batch_first=False,
         initial=False, lengths=None):
    torch.manual_seed(seed)
    options = dict(num_layers=layers, bias=bias, bidirectional=bidirectional, dtype=torch.float64)
    if cell == "elman":
        net = torch.nn.RNN(I, H, nonlinearity=nonlinearity, **options)
    elif cell == "lstm":
        net = torch.nn.LSTM(I, H, proj_size=proj, **options)
    else:
        net = torch.nn.GRU(I, H, **options)

    def rounded(*shape):  # numbers that float32 holds exactly
        return torch.randn(*shape).double()

    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.float().double())
    D, O = 2 if bidirectional else 1, proj or H
    x = rounded(T, B, I).requires_grad_()
    h0, c0 = rounded(layers * D, B, O), rounded(layers * D, B, H)
    if not initial:
        h0, c0 = torch.zeros_like(h0), torch.zeros_like(c0)
    h0.requires_grad_()
    c0.requires_grad_()
    source = pack_padded_sequence(x, lengths, enforce_sorted=False) if lengths else x
    y, state = net(source, (h0, c0) if cell == "lstm" else h0)
    if lengths:
        y, _ = pad_packed_sequence(y, total_length=T)
    hn, cn = state if cell == "lstm" else (state, None)
    upstream = {"grad_output": rounded(*y.shape), "grad_hn": rounded(*hn.shape)}
    loss = (y * upstream["grad_output"]).sum() + (hn * upstream["grad_hn"]).sum()
    if cell == "lstm":
        upstream["grad_cn"] = rounded(*cn.shape)
        loss = loss + (cn * upstream["grad_cn"]).sum()
    loss.backward()

    tensors = dict(upstream, input=x, output=y, hn=hn, grad_input=x.grad)
    if cell == "lstm":
        tensors["cn"] = cn
    if initial:
        tensors.update(h0=h0, grad_h0=h0.grad)
        if cell == "lstm":
            tensors.update(c0=c0, grad_c0=c0.grad)
    for name, parameter in net.named_parameters():
        tensors[name], tensors["grad_" + name] = parameter, parameter.grad
    tensors = {name: tensor.detach().numpy().astype(numpy.float32) for name, tensor in tensors.items()}
    if lengths:
        tensors["lengths"] = numpy.array(lengths, dtype=numpy.int64)
    config = dict(cell=cell, input_size=I, hidden_size=H, num_layers=layers, bidirectional=bidirectional, bias=bias, proj_size=proj,
                  nonlinearity=nonlinearity if cell == "elman" else "", batch_first=batch_first)
    return tensors, {"config": json.dumps(config), "recurrent_fixture": "1"}


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, (cell, T, B, I, H, options)) in enumerate(CASES.items()):
        save(folder / f"{name}.safetensors", *make(seed, cell, T, B, I, H, **options))
        print(folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
