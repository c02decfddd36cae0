// DeepBench: the problems of Baidu's benchmark suite, and its rules.

/// The problems of DeepBench's code/kernels/rnn_problems.h: hidden size, batch size, time steps.
enum DeepBench {
  static let problems: [Problem] = {
    var all: [(CellName, Mode, Int, Int, Int)] = []
    for hidden in [1760, 2048, 2560] {
      for batch in [16, 32, 64, 128] { all.append((.elman, .training, hidden, batch, 50)) }
    }
    for hidden in [512, 1024, 2048, 4096] {
      for batch in [16, 32, 64, 128] { all.append((.lstm, .training, hidden, batch, 25)) }
    }
    for batch in [8, 16, 32] { all.append((.lstm, .training, 1536, batch, 50)) }
    for batch in [16, 32, 64] { all.append((.lstm, .training, 256, batch, 150)) }
    for hidden in [2816, 2048, 1536, 2560] {
      for steps in [1500, 750, 375, 187] { all.append((.gru, .training, hidden, 32, steps)) }
    }
    all += [(.gru, .training, 512, 32, 1), (.gru, .training, 1024, 32, 1500), (.gru, .training, 1024, 64, 1500)]
    for (hidden, steps) in [(512, 25), (1024, 25), (2048, 25), (1536, 50), (256, 150)] {
      for batch in [1, 2, 4] { all.append((.lstm, .inference, hidden, batch, steps)) }
    }
    for hidden in [2816, 2048, 1536, 2560] {
      for batch in [1, 2, 4] {
        for steps in [1500, 750, 375, 187] { all.append((.gru, .inference, hidden, batch, steps)) }
      }
    }
    for batch in [1, 2, 4] { all += [(.gru, .inference, 512, batch, 1), (.gru, .inference, 1024, batch, 1500)] }
    all += [(.elman, .inference, 32, 1, 672), (.elman, .inference, 64, 1, 96)]
    return all.map { cell, mode, hidden, batch, steps in
      Problem(cell: cell, mode: mode, input: 0, hidden: hidden, batch: batch, length: steps, isDeepBench: true)
    }
  }()

  static let rules =
    """
    DeepBench's rules: only the recurrent part is timed, without the input product and without input gradients; the \
    preparation of weights is timed; the Elman cell uses relu. The GRU's candidate uses tanh, where DeepBench's text \
    says relu.
    """
}
