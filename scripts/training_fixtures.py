#!/usr/bin/env python3
"""Writes the fixtures in Tests/Fixtures/Training: results of PyTorch's optimisers, schedules, losses and layers.

Usage: scripts/training_fixtures.py [FOLDER]      (needs: pip install torch numpy)

Everything is computed in float64 from numbers that float32 holds exactly, and stored as float32 safetensors. Tensors are named
CASE.WHAT; the tests that read a file say what each case is. The files are the same to the bit for the same version of PyTorch.
"""
import json
import pathlib
import sys

if {"--help", "-h"} & set(sys.argv[1:]):
    print(__doc__)
    sys.exit()

import numpy
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from fixtures import save

STEPS = 50
# The steps after which an optimiser's parameters are stored.
SHOWN = [1, 2, 10, 50]


def rounded(*shape, scale=1.0):
    """Normal numbers that float32 holds exactly."""
    return (scale * torch.randn(*shape)).double()


def random_parameters():
    return [rounded(3, 4), rounded(5)]


def optimisers():
    """Two parameters, a and b, under the same gradients: a [50, 3, 4], b [50, 5]."""
    start = random_parameters()
    gradients = [rounded(STEPS, 3, 4), rounded(STEPS, 5)]
    cases = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "sgd-momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "sgd-nesterov-decay": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
        "rmsprop-centred-momentum-decay": lambda p: torch.optim.RMSprop(
            p, lr=0.01, alpha=0.95, eps=1e-6, centered=True, momentum=0.8, weight_decay=0.01),
        "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.05, initial_accumulator_value=0.5),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01),
        "adam-decay": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.99), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
        "groups": lambda p: torch.optim.Adam([{"params": p[:1], "lr": 0.02}, {"params": p[1:]}], lr=0.005),
    }
    tensors = {"start.a": start[0], "start.b": start[1], "gradients.a": gradients[0], "gradients.b": gradients[1]}
    for name, make in cases.items():
        parameters = [torch.nn.Parameter(p.clone()) for p in start]
        optimiser = make(parameters)
        shown = [[], []]
        for step in range(STEPS):
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient[step].clone()
            optimiser.step()
            if step + 1 in SHOWN:
                for values, parameter in zip(shown, parameters):
                    values.append(parameter.detach().clone())
        tensors[name + ".a"], tensors[name + ".b"] = map(torch.stack, shown)
    return tensors, {"shown": json.dumps(SHOWN)}


def schedules():
    """The learning rate of each of 50 steps, from a base of 1. Of plateau, the rate after each metric was told."""
    from torch.optim import lr_scheduler as schedulers

    def optimiser():
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=1.0)

    cases = {
        "step": lambda o: schedulers.StepLR(o, step_size=7, gamma=0.5),
        "exponential": lambda o: schedulers.ExponentialLR(o, gamma=0.9),
        "cosine": lambda o: schedulers.CosineAnnealingLR(o, T_max=50, eta_min=0.05),
        "warm-up-cosine": lambda o: schedulers.SequentialLR(
            o, [schedulers.LinearLR(o, start_factor=0.25, total_iters=8), schedulers.CosineAnnealingLR(o, T_max=42)], milestones=[8]),
    }
    tensors = {}
    for name, make in cases.items():
        o = optimiser()
        schedule = make(o)
        rates = []
        for _ in range(STEPS):
            rates.append(o.param_groups[0]["lr"])
            o.step()
            schedule.step()
        tensors[name + ".rates"] = torch.tensor(rates, dtype=torch.float64)

    falling = 2.0 ** (-torch.arange(STEPS) / 12.0) + 0.05 * torch.randn(STEPS)
    late = falling.clone()
    late[0] = float("nan")
    for name, metrics in {"plateau": falling, "plateau-nan-first": late}.items():
        o = optimiser()
        schedule = schedulers.ReduceLROnPlateau(o, factor=0.5, patience=2, threshold=0.01, min_lr=0.02)
        rates = []
        for metric in metrics.double():
            schedule.step(metric.item())
            rates.append(o.param_groups[0]["lr"])
        tensors[name + ".metrics"], tensors[name + ".rates"] = metrics, torch.tensor(rates, dtype=torch.float64)
    return tensors, {}


def clipping():
    """Gradients before and after, and the norm before."""
    tensors = {}
    gradients = random_parameters()
    tensors["before.a"], tensors["before.b"] = gradients

    def clipped(name, clip):
        parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        norm = clip(parameters)
        if norm is not None:
            tensors[name + ".norm"] = norm
        tensors[name + ".a"], tensors[name + ".b"] = [p.grad for p in parameters]

    clipped("norm-above", lambda p: torch.nn.utils.clip_grad_norm_(p, 1.5))
    clipped("norm-below", lambda p: torch.nn.utils.clip_grad_norm_(p, 1000.0))
    clipped("value", lambda p: torch.nn.utils.clip_grad_value_(p, 0.5))
    return tensors, {}


def losses():
    """Losses and their gradients; of the classes' losses, rows 1 and 4 are large, and target 3 is the one ignored."""
    logits = rounded(6, 5, scale=3.0)
    logits[1] = torch.tensor([80.0, -80.0, 0.0, 79.5, -3.0])
    logits[4] = torch.tensor([-80.0, -80.0, -79.0, -80.0, -81.0])
    targets = torch.tensor([0, 3, 2, 3, 4, 1])
    weights = torch.tensor([0.5, 2.0, 0.25, 1.5, 1.0], dtype=torch.float64)
    tensors = {"classes.logits": logits, "classes.targets": targets, "classes.weights": weights}

    def answer(name, x, loss):
        x = x.clone().requires_grad_()
        value = loss(x)
        value.backward()
        tensors[name + ".loss"], tensors[name + ".gradient"] = value, x.grad

    for name, options in {
        "cross-entropy": {},
        "cross-entropy-weights": dict(weight=weights),
        "cross-entropy-smoothing": dict(label_smoothing=0.1),
        "cross-entropy-weights-smoothing": dict(weight=weights, label_smoothing=0.1),
        "cross-entropy-ignored": dict(weight=weights, ignore_index=3),
        "cross-entropy-sum": dict(weight=weights, label_smoothing=0.2, reduction="sum"),
    }.items():
        answer(name, logits, lambda x: functional.cross_entropy(x, targets, **options))
    log_probabilities = logits.log_softmax(1).float().double()
    tensors["classes.log-probabilities"] = log_probabilities
    answer("nll", log_probabilities, lambda x: functional.nll_loss(x, targets))
    answer("nll-weights-ignored", log_probabilities, lambda x: functional.nll_loss(x, targets, weight=weights, ignore_index=3))
    answer("nll-sum", log_probabilities, lambda x: functional.nll_loss(x, targets, weight=weights, reduction="sum"))

    x, t = rounded(4, 5, scale=3.0), torch.rand(4, 5).double()
    x[0, :4] = torch.tensor([80.0, -80.0, 80.0, -80.0])
    t[0, :4] = torch.tensor([0.0, 1.0, 1.0, 0.0])
    tensors["elements.x"], tensors["elements.targets"] = x, t
    answer("binary", x, lambda x: functional.binary_cross_entropy_with_logits(x, t))
    answer("binary-sum", x, lambda x: functional.binary_cross_entropy_with_logits(x, t, reduction="sum"))
    answer("squared", x, lambda x: functional.mse_loss(x, t))
    answer("squared-sum", x, lambda x: functional.mse_loss(x, t, reduction="sum"))
    return tensors, {}


def layers():
    """nn.Linear and nn.Embedding, with the gradients of sum(output * upstream)."""
    tensors = {}

    def answer(name, layer, x):
        y = layer(x)
        upstream = rounded(*y.shape)
        (y * upstream).sum().backward()
        tensors.update({f"{name}.input": x, f"{name}.output": y, f"{name}.upstream": upstream})
        if x.requires_grad:
            tensors[name + ".gradient.input"] = x.grad
        for key, parameter in layer.named_parameters():
            tensors[f"{name}.{key}"], tensors[f"{name}.gradient.{key}"] = parameter, parameter.grad

    answer("linear", exact(torch.nn.Linear(6, 17)), rounded(4, 3, 6).requires_grad_())
    answer("embedding", exact(torch.nn.Embedding(7, 4, padding_idx=2)), torch.tensor([[0, 6], [2, 6], [6, 2]]))
    return tensors, {}


def exact(module):
    """A module in float64 whose parameters float32 holds exactly."""
    return module.float().double()


class Classifier(torch.nn.Module):
    """Tokens [T, B] to classes, by the last states of a recurrent stack."""

    def __init__(self, kind):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 4, padding_idx=0)
        self.recurrent = kind(4, 5, num_layers=2, bidirectional=True)
        self.output = torch.nn.Linear(10, 3)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths, enforce_sorted=False)
        _, state = self.recurrent(packed)
        hidden = state[0] if isinstance(state, tuple) else state
        return self.output(torch.cat([hidden[-2], hidden[-1]], dim=1))


def classifier(kind):
    """A whole model: parameters under the names of its state_dict, in its order; their gradients as "gradient." and the name."""
    model = exact(Classifier(kind))
    lengths = [3, 6, 1, 4]
    tokens = torch.randint(1, 11, (6, 4))
    for row, length in enumerate(lengths):
        tokens[length:, row] = 0
    targets = torch.tensor([2, 0, 1, 2])
    logits = model(tokens, lengths)
    loss = functional.cross_entropy(logits, targets)
    loss.backward()
    tensors = {"tokens": tokens, "lengths": torch.tensor(lengths), "targets": targets, "logits": logits, "loss": loss}
    names = list(model.state_dict())
    for name, parameter in model.named_parameters():
        tensors[name], tensors["gradient." + name] = parameter, parameter.grad
    return tensors, {"names": json.dumps(names)}


FILES = {
    "optimisers": optimisers,
    "schedules": schedules,
    "clipping": clipping,
    "losses": losses,
    "layers": layers,
    "classifier-lstm": lambda: classifier(torch.nn.LSTM),
    "classifier-gru": lambda: classifier(torch.nn.GRU),
    "classifier-elman": lambda: classifier(torch.nn.RNN),
}


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "Training"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, make) in enumerate(FILES.items()):
        torch.manual_seed(seed)
        tensors, metadata = make()
        arrays = {}
        for key, tensor in tensors.items():
            array = tensor.detach().numpy()
            arrays[key] = array if array.dtype == numpy.int64 else array.astype(numpy.float32)
        save(folder / f"{name}.safetensors", arrays, metadata)
        print(folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
