#!/usr/bin/env python3
"""PyTorch or ONNX Runtime as a peer of `bench`: see Benchmarks/bench/Peer.swift for the protocol.

Usage: bench --peer "python3 scripts/peers/peer.py ENGINE"      (ENGINE: pytorch or onnxruntime)

PyTorch runs nn.RNN, nn.LSTM and nn.GRU, and for streaming the cells of the same names. A ragged batch is packed, and its outputs
padded, within the time. ONNX Runtime runs the operators RNN, LSTM and GRU on buffers that it keeps; inference only.

In bfloat16, PyTorch runs under autocast or, where that is faster, modules and inputs converted to it; a language model under autocast,
since its weights and moments stay float32. In int8, inference only: PyTorch runs what quantize_dynamic makes of nn.LSTM, nn.GRU and the
cells, ONNX Runtime the operator DynamicQuantizeLSTM, with a scale for each column of its weights.
"""
import copy
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

    def autocast(precision):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")

    def training(net, x, lengths, gradient, precision=None):
        # New gradients each time, as after optimizer.zero_grad().
        net.zero_grad(set_to_none=True)
        x.grad = None
        with autocast(precision):
            y = forward(net, x, lengths)
        y.backward(gradient.to(y.dtype))

    def fastest(ways):
        """The fastest of several functions that do the same."""
        def seconds(run):
            best = float("inf")
            for _ in range(5):
                start = time.perf_counter()
                run()
                best = min(best, time.perf_counter() - start)
            return best
        return min(ways, key=seconds)

    def quantised(net):
        kinds = {getattr(torch.nn, name) for name in ("LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")}
        if type(net) not in kinds:
            raise Unsupported("an Elman layer in int8")
        # As a part of another module, since the module itself is not replaced.
        return torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(net), kinds, dtype=torch.qint8)[0]

    def forward(net, x, lengths):
        if lengths is None:
            return net(x)[0]
        y, _ = net(pack_padded_sequence(x, lengths, enforce_sorted=False))
        return pad_packed_sequence(y, total_length=len(x))[0]

    def language_model(net, input, vocabulary, batch, length, features, lengths, precision, training):
        embedding, output = torch.nn.Embedding(vocabulary, input), torch.nn.Linear(features, vocabulary)
        parameters = [p for module in (embedding, net, output) for p in module.parameters()]
        optimizer = torch.optim.Adam(parameters)
        tokens, targets = torch.randint(vocabulary, (2, length, batch))
        if precision == "int8":
            net, output = quantised(net), torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(output), dtype=torch.qint8)[0]

        def loss():
            with autocast(precision):
                logits = output(forward(net, embedding(tokens), lengths))
                return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss().backward()
            optimizer.step()

        def evaluate():
            with torch.inference_mode():
                loss()
        return step if training else evaluate

    def set_up(
            cell, mode, input, hidden, batch, length, layers, bidirectional, threads, lengths=None, vocabulary=None, precision=None):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        x = torch.randn(length, batch, input)
        half = precision == "bfloat16"
        name = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}[cell]
        if mode == "streaming":
            if layers > 1:
                raise Unsupported("streaming of several layers")
            net = getattr(torch.nn, name + "Cell")(input, hidden).eval()

            def streaming(net, x, precision=None):
                steps = x.unbind()

                def run():
                    with torch.inference_mode(), autocast(precision):
                        state = None
                        for step in steps:
                            state = net(step, state)
                return run
            if half:
                return fastest([streaming(net, x, precision), streaming(copy.deepcopy(net).bfloat16(), x.bfloat16())])
            return streaming(quantised(net) if precision == "int8" else net, x)
        net = getattr(torch.nn, name)(input, hidden, num_layers=layers, bidirectional=bidirectional)
        lengths = None if lengths is None else torch.tensor(lengths)
        if mode in ("languagemodel", "evaluation"):
            features = hidden * (2 if bidirectional else 1)
            return language_model(net, input, vocabulary, batch, length, features, lengths, precision, mode == "languagemodel")
        if mode == "training":
            gradient = torch.randn(length, batch, hidden * (2 if bidirectional else 1))

            def step(net, x, precision=None):
                x = x.detach().requires_grad_()
                return lambda: training(net, x, lengths, gradient, precision)
            return fastest([step(net, x, precision), step(copy.deepcopy(net).bfloat16(), x.bfloat16())]) if half else step(net, x)
        net.eval()

        def inference(net, x, precision=None):
            def run():
                with torch.inference_mode(), autocast(precision):
                    forward(net, x, lengths)
            return run
        if half:
            return fastest([inference(net, x, precision), inference(copy.deepcopy(net).bfloat16(), x.bfloat16())])
        return inference(quantised(net) if precision == "int8" else net, x)

    return torch.__version__, set_up, {
        "modes": ["inference", "training", "streaming", "languagemodel", "evaluation"], "precisions": ["float32", "bfloat16", "int8"]}


def onnxruntime():
    import numpy
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    def set_up(
            cell, mode, input, hidden, batch, length, layers, bidirectional, threads, lengths=None, vocabulary=None, precision=None):
        is_quantised = precision == "int8"
        if is_quantised and cell != "lstm":
            raise Unsupported(f"{cell} in int8")
        random = numpy.random.default_rng(1)
        directions = 2 if bidirectional else 1
        name = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}[cell]
        width = {"elman": 1, "lstm": 4, "gru": 3}[cell] * hidden
        nodes, weights = [], []

        def weight(key, *shape):
            bound = hidden ** -0.5
            weights.append(numpy_helper.from_array(random.uniform(-bound, bound, (directions, *shape)).astype(numpy.float32), key))
            return key

        def quantised(key, columns):
            """Transposes weights and quantises them to signed integers. Returns the names of scales and zero points, of each column."""
            value = numpy_helper.to_array(weights.pop()).transpose(0, 2, 1)
            scale = numpy.abs(value).max(axis=1) / 127
            integers = numpy.round(value / scale[:, None]).astype(numpy.int8)
            zero = numpy.zeros((directions, columns), numpy.int8)
            for name, array in ((key, integers), (key + "_scale", scale), (key + "_zero", zero)):
                weights.append(numpy_helper.from_array(array, name))
            return [key + "_scale", key + "_zero"]

        options = {"hidden_size": hidden, "direction": "bidirectional" if bidirectional else "forward"}
        if cell == "gru":
            options["linear_before_reset"] = 1
        below = "x"
        for layer in range(layers):
            features = input if layer == 0 else directions * hidden
            W = weight(f"W{layer}", width, features)
            scales = quantised(W, width) if is_quantised else []
            R = weight(f"R{layer}", width, hidden)
            scales += quantised(R, width) if is_quantised else []
            inputs = [below, W, R, weight(f"B{layer}", 2 * width), "lengths" if lengths else ""]
            y, below = f"y{layer}", f"x{layer + 1}"
            if is_quantised:  # without initial states and peepholes
                nodes.append(helper.make_node(
                    "DynamicQuantizeLSTM", inputs + ["", "", ""] + scales, [y], domain="com.microsoft", **options))
            else:
                nodes.append(helper.make_node(name, inputs, [y], **options))
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
        opsets = [helper.make_opsetid("", 14)] + ([helper.make_opsetid("com.microsoft", 1)] if is_quantised else [])
        model = helper.make_model(graph, opset_imports=opsets, ir_version=7)
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

    return onnxruntime.__version__, set_up, {"modes": ["inference"], "precisions": ["float32", "int8"]}


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
        version, set_up, runs = {"pytorch": pytorch, "onnxruntime": onnxruntime}[engine]()
    except ImportError as error:
        return answer(name=engine, error=str(error))
    answer(name=engine, version=version, **runs)
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
