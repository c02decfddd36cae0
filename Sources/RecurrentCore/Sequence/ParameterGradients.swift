// Parameter gradients of one direction: products and sums over all valid steps, after the backward
// pass; and the gradient of the inputs.

extension BackwardPass {
  /// Consecutive blocks of the gates' gradients [P, blocks · H].
  private func gateGradients(_ blocks: Range<Int>, rows: Range<Int>) -> MatrixView {
    let H = configuration.hiddenSize
    return MatrixView(
      record.gates + rows.lowerBound * width + blocks.lowerBound * H, rows: rows.count, columns: blocks.count * H,
      rowStride: width)
  }

  /// The gates' gradients that belong to W x.
  private func inputGateGradients(rows: Range<Int>) -> MatrixView {
    gateGradients(layout.input, rows: rows)
  }

  /// Computes one member's share of the gradients of the parameters.
  func weightGradients(_ member: Int, of members: Int) {
    // From the last steps to the first, so that backward passes over parts of a sequence add the
    // same numbers in the same order. Very long sums are left to `multiplyLong`, whose error does
    // not grow.
    let isWhole = sequence.isReversed || sequence.rows > layer.backend.longestSum
    let steps = isWhole ? max(1, sequence.steps) : PackedSequence.blockSteps(batch: sequence.batch)
    for first in stride(from: max(0, sequence.steps - 1) / steps * steps, through: 0, by: -steps) {
      if sequence.steps <= steps {
        weightGradients(member, of: members, rows: 0..<sequence.rows)
      } else {
        weightGradients(
          member, of: members,
          rows: sequence.offset(
            first)..<(first + steps < sequence.steps ? sequence.offset(first + steps) : sequence.rows))
      }
    }
    if normalisation != nil { normalisationGradients(member, of: members) }
  }

  /// Computes a member's share for some packed rows.
  private func weightGradients(_ member: Int, of members: Int, rows: Range<Int>) {
    let (I, H, O) = (configuration.inputSize, configuration.hiddenSize, configuration.outputSize)
    let scratch = scratch + member * scratchCount

    /// target += a' · b. Members divide the rows of the target.
    func accumulate(_ a: MatrixView, _ b: MatrixView, into target: UnsafeMutablePointer<Float>) {
      let rows = share(a.columns, member, of: members, grain: 8)
      layer.backend.multiplyLong(
        a.transposed.rows(rows), b, into: MutableMatrixView(target + rows.lowerBound * b.columns, rowStride: b.columns),
        accumulating: true, scratch: scratch, precision: layer.precision)
    }

    let x = MatrixView(
      record.input.map { UnsafePointer($0) } ?? input.base, rows: sequence.rows, columns: I, rowStride: I
    ).rows(rows)
    let h = MatrixView(record.previousHidden, rows: sequence.rows, columns: O, rowStride: O).rows(rows)
    accumulate(inputGateGradients(rows: rows), x, into: gradients.inputWeight)
    for product in layout.products {
      for run in product.runs {
        let source =
          switch product.source {
          case .previousHidden: h
          case .block(let block): gateGradients(block..<block + 1, rows: rows)
          }
        accumulate(
          gateGradients(run.blocks, rows: rows), source, into: gradients.recurrentWeight + run.gates.lowerBound * H * O)
      }
    }
    if normalisation == nil { biasGradients(member, of: members) { gateGradients($0, rows: rows) } }
    peepholeGradients(member, of: members, rows: rows)
    if let target = gradients.projectionWeight {
      accumulate(
        MatrixView(record.projectedGradient!, rows: sequence.rows, columns: O, rowStride: O).rows(rows),
        MatrixView(record.projected!, rows: sequence.rows, columns: H, rowStride: H).rows(rows), into: target)
    }
  }

  /// Adds the gradients of the biases: the column sums of each block's gradients. Members divide
  /// the units.
  private func biasGradients(_ member: Int, of members: Int, _ rows: (_ blocks: Range<Int>) -> MatrixView) {
    let H = configuration.hiddenSize
    guard let input = gradients.inputBias, let recurrent = gradients.recurrentBias else { return }
    for run in layout.biases {
      sum(
        share(run.blocks.count * H, member, of: members, grain: 16), of: rows(run.blocks),
        into: (run.inputGate.map { input + $0 * H }, run.recurrentGate.map { recurrent + $0 * H }))
    }
  }

  /// Adds the gradients of the peepholes: the column sums of their sums' gradients times their
  /// factors. Members divide the units.
  private func peepholeGradients(_ member: Int, of members: Int, rows: Range<Int>) {
    guard let target = gradients.peepholeWeight else { return }
    let H = configuration.hiddenSize
    for (index, peephole) in layout.peepholes.enumerated() {
      let (factor, stride) =
        switch peephole.factor {
        case .previousCell: (UnsafePointer(record.previousCell!), H)
        case .block(let block): (UnsafePointer(record.gates) + block * H, width)
        }
      for unit in share(H, member, of: members, grain: 16) {
        var sum = 0.0
        for row in rows {
          sum += Double(record.gates[row * width + peephole.sum * H + unit]) * Double(factor[row * stride + unit])
        }
        target[index * H + unit] += Float(sum)
      }
    }
  }

  /// Adds the gradients of a layer-normalised cell's extra parameters (gamma of each sum, gamma and
  /// beta of c) and of its biases, from the sums of every row of the batch.
  private func normalisationGradients(_ member: Int, of members: Int) {
    guard let normalisation else { return }
    let H = configuration.hiddenSize
    let all = rowSums(0, normalisation)
    func rows(_ first: UnsafeMutablePointer<Float>, _ count: Int) -> MatrixView {
      MatrixView(first, rows: sequence.batch, columns: count, rowStride: normalisation.sumsCount)
    }
    for (source, count, target) in [
      (all.gamma, normalisation.blocks.count * H, gradients.normalisationWeight),
      (all.cellGamma, H, gradients.cellNormalisationWeight),
      (all.cellBeta, H, gradients.cellNormalisationBias),
    ] where target != nil {
      sum(share(count, member, of: members, grain: 16), of: rows(source, count), into: (target, nil))
    }
    biasGradients(member, of: members) {
      rows(all.bias + ($0.lowerBound - normalisation.blocks.lowerBound) * H, $0.count * H)
    }
  }

  /// Adds the column sums of `matrix` to each of `targets`.
  private func sum(
    _ columns: Range<Int>, of matrix: MatrixView,
    into targets: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
  ) {
    if columns.isEmpty { return }
    RowSums.forEachColumn(columns, of: matrix) { column, sum in
      if let target = targets.0 { target[column] += Float(sum) }
      if let target = targets.1 { target[column] += Float(sum) }
    }
  }

  /// Computes one member's rows of the gradient of the inputs.
  func inputGradient(_ member: Int, of members: Int) {
    let I = configuration.inputSize
    // Gathered rows belong to one member.
    let grain = record.input == nil ? 64 : max(1, I)
    let (rows, columns) = share(rows: sequence.rows, grain: 8, columns: I, grain: grain, member, of: members)
    if rows.isEmpty { return }
    // If the inputs are contiguous, the gradients go to the result directly; else they overwrite
    // the gathered inputs, which are no longer needed, and are scattered from there.
    let target = (record.input ?? inputGradient!) + rows.lowerBound * I
    layer.backend.multiplyPrepared(
      inputGateGradients(rows: rows), factors.input, columns: columns,
      into: MutableMatrixView(target + columns.lowerBound, rowStride: I),
      accumulating: sequence.isReversed && record.input == nil)
    if record.input != nil { scatter(rows, from: target) }
  }

  /// Adds the gradients of some packed rows to those of the sequence.

  private func scatter(_ rows: Range<Int>, from source: UnsafeMutablePointer<Float>) {
    let I = configuration.inputSize
    for step in 0..<sequence.steps {
      let first = sequence.offset(step)
      for row in rows.clamped(to: first..<first + sequence.count(step)) {
        add(
          source + (row - rows.lowerBound) * I, to: inputGradient! + sequence.sequenceRow(step, row - first) * I,
          columns: 0..<I)
      }
    }
  }
}
