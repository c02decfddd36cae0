// Stream runners: a model with the states of all slots, and the measurement of its batches.

import RecurrentCore

/// A model with the states of all slots, for one thread at a time.
protocol StreamRunner: AnyObject {
  /// Sets a slot to the initial state.
  func restart(_ slot: Int)
  /// Advances some slots by a frame.
  func advance(
    _ slots: UnsafeBufferPointer<Int32>, inputs: UnsafeBufferPointer<Float>, outputs: UnsafeMutableBufferPointer<Float>)
}

/// The runner of a model.
final class ModelRunner<Model: StreamModel>: StreamRunner {
  private let model: Model
  private var states: Model.States

  init(_ model: Model, slots: Int) throws(RecurrentError) {
    self.model = model
    states = try model.initialStates(slots: slots)
  }

  func restart(_ slot: Int) { model.restart(slot, of: &states) }

  func advance(
    _ slots: UnsafeBufferPointer<Int32>, inputs: UnsafeBufferPointer<Float>, outputs: UnsafeMutableBufferPointer<Float>
  ) {
    var outputs = MutableSpan(_unsafeElements: outputs)
    model.advance(slots.span, of: &states, inputs: inputs.span, outputs: &outputs)
  }
}

extension StreamRunner {
  /// Measures batches of 1, 2, 4... rows until one takes longer than `limit` nanoseconds, or until
  /// larger ones no longer save time. Changes the states of some slots.
  ///
  /// - Parameters:
  ///   - slots: the number of slots.
  ///   - most: the greatest number of rows.
  ///   - limit: see above.
  ///   - inputs: frames for the measurement, [most, I].
  ///   - outputs: memory for [most, O].
  /// - Returns: the median time of each number of rows, of five batches.
  func measure(
    slots: Int, most: Int, limit: Double, inputs: UnsafeBufferPointer<Float>,
    outputs: UnsafeMutableBufferPointer<Float>
  ) -> BatchTimes {
    var measured: [(rows: Int, nanoseconds: Double)] = []
    var vain = 0
    var rows = 1
    while true {
      // From the last slot down: rows that are not neighbours, as in use.
      let list = (0..<rows).map { Int32(slots - 1 - $0) }
      var times: [Double] = []
      list.withUnsafeBufferPointer { list in
        let x = UnsafeBufferPointer(rebasing: inputs[..<(rows * (inputs.count / most))])
        let y = UnsafeMutableBufferPointer(rebasing: outputs[..<(rows * (outputs.count / most))])
        for repetition in 0..<6 {
          let start = Clock.now
          advance(list, inputs: x, outputs: y)
          // The first one fills caches and allocates.
          if repetition > 0 { times.append(max(1, Double(Clock.now - start))) }
        }
      }
      let median = times.sorted()[times.count / 2]
      let before = measured.last.map { $0.nanoseconds / Double($0.rows) } ?? .infinity
      measured.append((rows, median))
      vain = median / Double(rows) > before * 0.97 ? vain + 1 : 0
      if rows == most || median > limit || vain == 3 { break }
      rows = min(2 * rows, most)
    }
    return BatchTimes(measured)
  }
}
