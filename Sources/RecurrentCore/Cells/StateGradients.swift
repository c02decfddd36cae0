// State gradients: the memory for a backward step's gradients of h and c.

/// The memory for a backward step's gradients of the states, [rows, O] and [rows, H].
struct StateGradients {
  /// Going in, the gradients of h and c; coming out, those of h' and c'.
  let hidden: UnsafeMutablePointer<Float>
  let cell: UnsafeMutablePointer<Float>
  /// The gradients of h~ and c~, before zoneout.
  let newHidden: UnsafeMutablePointer<Float>
  let newCell: UnsafeMutablePointer<Float>
  /// The gradient of h' as it enters the products, after its mask.

  let entering: UnsafeMutablePointer<Float>

  var isZonedOut: Bool { newHidden != hidden }
  var isMasked: Bool { entering != hidden }
}
