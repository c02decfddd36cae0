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
  /// - Returns: the time of each number of rows: the lesser median of two series of five batches,
  ///   some milliseconds apart, so that a short disturbance is in one of them.
  func measure(
    slots: Int, most: Int, limit: Double, inputs: UnsafeBufferPointer<Float>,
    outputs: UnsafeMutableBufferPointer<Float>
  ) -> BatchTimes {
    func median(of rows: Int) -> Double {
      // From the last slot down: rows that are not neighbours, as in use.
      let list = (0..<rows).map { Int32(slots - 1 - $0) }
      let x = UnsafeBufferPointer(rebasing: inputs[..<(rows * (inputs.count / most))])
      let y = UnsafeMutableBufferPointer(rebasing: outputs[..<(rows * (outputs.count / most))])
      let times = list.withUnsafeBufferPointer { list in
        (0..<6).map { _ in
          let start = Clock.now
          advance(list, inputs: x, outputs: y)
          return max(1, Double(Clock.now - start))
        }
      }
      // The first one fills caches and allocates.
      return times.dropFirst().sorted()[2]
    }
    var measured: [(rows: Int, nanoseconds: Double)] = []
    var vain = 0
    var rows = 1
    while true {
      let time = median(of: rows)
      let before = measured.last.map { $0.nanoseconds / Double($0.rows) } ?? .infinity
      measured.append((rows, time))
      vain = time / Double(rows) > before * 0.97 ? vain + 1 : 0
      if rows == most || time > limit || vain == 3 { break }
      rows = min(2 * rows, most)
    }
    return BatchTimes(measured.map { ($0.rows, min($0.nanoseconds, median(of: $0.rows))) })
  }
}
