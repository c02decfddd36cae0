// Sequence and state views: a layer's inputs, outputs and states in memory that the caller owns.

/// A sequence [T, B, F] to read, contiguous.
package struct SequenceView {
  package var base: UnsafePointer<Float>
  package var steps: Int
  package var batch: Int
  package var features: Int

  package init(_ base: UnsafePointer<Float>, steps: Int, batch: Int, features: Int) {
    (self.base, self.steps, self.batch, self.features) = (base, steps, batch, features)
  }
}

/// A sequence [T, B, F] to write to, contiguous.
package struct MutableSequenceView {
  package var base: UnsafeMutablePointer<Float>
  package var steps: Int
  package var batch: Int
  package var features: Int

  package init(_ base: UnsafeMutablePointer<Float>, steps: Int, batch: Int, features: Int) {
    (self.base, self.steps, self.batch, self.features) = (base, steps, batch, features)
  }

  /// The same sequence, to read.
  package var constant: SequenceView { SequenceView(base, steps: steps, batch: batch, features: features) }
}

/// One layer's part of a state, or of its gradient: hidden [D, B, O], cell [D, B, H].
package struct StateView {
  package var hidden: UnsafeMutablePointer<Float>
  package var cell: UnsafeMutablePointer<Float>?

  package init(hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>?) {
    (self.hidden, self.cell) = (hidden, cell)
  }
}

/// A view of the state of every layer.
package struct StackStateView {
  package let hidden: UnsafeMutablePointer<Float>
  package let cell: UnsafeMutablePointer<Float>?
  package let hiddenStride: Int
  package let cellStride: Int

  /// The state of one layer.
  package subscript(layer: Int) -> StateView {
    StateView(hidden: hidden + layer * hiddenStride, cell: cell.map { $0 + layer * cellStride })
  }

  package init(
    hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>?, hiddenStride: Int, cellStride: Int
  ) {
    (self.hidden, self.cell) = (hidden, cell)
    (self.hiddenStride, self.cellStride) = (hiddenStride, cellStride)
  }
}
