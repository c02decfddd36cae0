#!/usr/bin/env python3
"""PyTorch or ONNX Runtime as a peer of `bench`: see Benchmarks/bench/Peer.swift for the protocol.

Usage: bench --peer "python3 scripts/peers/peer.py ENGINE"      (ENGINE: pytorch or onnxruntime)

PyTorch runs nn.RNN, nn.LSTM and nn.GRU, and for streaming the cells of the same names. A ragged batch is packed, and its outputs
padded, within the time. ONNX Runtime runs the operators RNN, LSTM and GRU on buffers that it keeps; inference only.
"""
import json
import os
import signal
import sys
import time


class Unsupported(Exception):
    pass


def pytorch():
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    def training(net, x, lengths, gradient):
        # New gradients each time, as after optimizer.zero_grad().
        net.zero_grad(set_to_none=True)
        x.grad = None
        forward(net, x, lengths).backward(gradient)

    def forward(net, x, lengths):
        if lengths is None:
            return net(x)[0]
        y, _ = net(pack_padded_sequence(x, lengths, enforce_sorted=False))
        return pad_packed_sequence(y, total_length=len(x))[0]

    def language_model(net, input, vocabulary, batch, length, features, lengths):
        embedding, output = torch.nn.Embedding(vocabulary, input), torch.nn.Linear(features, vocabulary)
        parameters = [p for module in (embedding, net, output) for p in module.parameters()]
        optimizer = torch.optim.Adam(parameters)
        tokens, targets = torch.randint(vocabulary, (2, length, batch))

        def run():
            optimizer.zero_grad(set_to_none=True)
            logits = output(forward(net, embedding(tokens), lengths))
            torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
            optimizer.step()
        return run

    def set_up(cell, mode, input, hidden, batch, length, layers, bidirectional, threads, lengths=None, vocabulary=None):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        x = torch.randn(length, batch, input)
        name = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}[cell]
        if mode == "streaming":
            if layers > 1:
                raise Unsupported("streaming of several layers")
            net, steps = getattr(torch.nn, name + "Cell")(input, hidden).eval(), x.unbind()

            def run():
                with torch.inference_mode():
                    state = None
                    for step in steps:
                        state = net(step, state)
            return run
        net = getattr(torch.nn, name)(input, hidden, num_layers=layers, bidirectional=bidirectional)
        lengths = None if lengths is None else torch.tensor(lengths)
        if mode == "languagemodel":
            return language_model(net, input, vocabulary, batch, length, hidden * (2 if bidirectional else 1), lengths)
        if mode == "training":
            x.requires_grad_()
            gradient = torch.randn(length, batch, hidden * (2 if bidirectional else 1))
            return lambda: training(net, x, lengths, gradient)
        net.eval()

        def run():
            with torch.inference_mode():
                forward(net, x, lengths)
        return run

    return torch.__version__, set_up


def onnxruntime():
    import numpy
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def set_up(cell, mode, input, hidden, batch, length, layers, bidirectional, threads, lengths=None, vocabulary=None):
        if mode != "inference":
            raise Unsupported(mode)
        random = numpy.random.default_rng(1)
        directions = 2 if bidirectional else 1
        name = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}[cell]
        width = {"elman": 1, "lstm": 4, "gru": 3}[cell] * hidden
        nodes, weights = [], []

        def weight(key, *shape):
            bound = hidden ** -0.5
            weights.append(numpy_helper.from_array(random.uniform(-bound, bound, (directions, *shape)).astype(numpy.float32), key))
            return key

        options = {"hidden_size": hidden, "direction": "bidirectional" if bidirectional else "forward"}
        if cell == "gru":
            options["linear_before_reset"] = 1
        below = "x"
        for layer in range(layers):
            features = input if layer == 0 else directions * hidden
            inputs = [below, weight(f"W{layer}", width, features), weight(f"R{layer}", width, hidden), weight(f"B{layer}", 2 * width)]
            y, below = f"y{layer}", f"x{layer + 1}"
            nodes.append(helper.make_node(name, inputs + (["lengths"] if lengths else []), [y], **options))
            if layer < layers - 1:  # [T, D, B, H] to [T, B, D·H]
                nodes.append(helper.make_node("Transpose", [y], [y + "t"], perm=[0, 2, 1, 3]))
                nodes.append(helper.make_node("Reshape", [y + "t", "shape"], [below]))
        weights.append(numpy_helper.from_array(numpy.array([0, 0, -1]), "shape"))
        feeds = {"x": random.standard_normal((length, batch, input)).astype(numpy.float32)}
        if lengths:
            feeds["lengths"] = numpy.array(lengths, numpy.int32)
        kinds = {"x": TensorProto.FLOAT, "lengths": TensorProto.INT32}
        graph = helper.make_graph(
            nodes, "peer", [helper.make_tensor_value_info(key, kinds[key], value.shape) for key, value in feeds.items()],
            [helper.make_tensor_value_info(y, TensorProto.FLOAT, (length, directions, batch, hidden))], weights)
        # Opset 14 is the first with these operators as they are now, and version 7 of the format the one that came with it.
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        settings.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
        binding = session.io_binding()
        for key, value in feeds.items():
            binding.bind_cpu_input(key, value)
        output = onnxruntime.OrtValue.ortvalue_from_numpy(numpy.empty((length, directions, batch, hidden), numpy.float32))
        binding.bind_ortvalue_output(y, output)
        # The buffers live as long as the function that holds them.
        return lambda kept=(feeds, output): session.run_with_iobinding(binding)

    return onnxruntime.__version__, set_up


def sleep_until_idle():
    """Waits until the engine's threads, which spin after a run (for tens of milliseconds, some do), have gone to sleep.

    The windows are longer than a tick of the kernel, by which the times of running threads are counted.
    """
    before = None
    while before is None or time.process_time() - before > 1e-3:
        before = time.process_time()
        time.sleep(0.012)


def main():
    engine = sys.argv[1] if len(sys.argv) == 2 else ""
    if engine not in ("pytorch", "onnxruntime"):
        sys.exit(f"peer.py: engine '{engine}'; expected pytorch or onnxruntime")
    # The end of the input ends the peer, not the Ctrl-C that ends the benchmark. Whatever engines print goes to standard error.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    try:
        version, set_up = {"pytorch": pytorch, "onnxruntime": onnxruntime}[engine]()
    except ImportError as error:
        return answer(name=engine, error=str(error))
    answer(name=engine, version=version)
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if "setup" in request:
            run = None  # frees the problem before
            try:
                run = set_up(**request["setup"])
                answer(ready=True)
            except Unsupported as error:
                answer(unsupported=str(error))
        else:
            start = time.perf_counter()
            run()
            while time.perf_counter() - start < request["wake"]:
                run()
            start = time.perf_counter()
            for _ in range(request["run"]):
                run()
            seconds = time.perf_counter() - start
            sleep_until_idle()
            answer(seconds=seconds)


main()
