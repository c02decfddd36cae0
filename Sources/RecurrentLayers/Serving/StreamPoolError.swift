// What can go wrong with the streams of a pool.

import RecurrentCore

/// An error of a pool of streams: what was wrong, and what would be right.
public enum StreamPoolError: Error, Equatable, CustomStringConvertible {
  /// All slots of the pool are in use.
  case noSlot(slots: Int)
  /// With another stream, not all frames would be computed by their deadline, by the measured times
  /// of batches. `most` such streams are admitted.
  case tooManyStreams(open: Int, most: Int, frameInterval: Duration, deadline: Duration)
  /// A frame has the wrong number of floats.
  case frameSize(floats: Int, expected: Int)
  /// The model does not accept the values of a frame.
  case invalidFrame(reason: String)
  /// The interval between frames is not positive.
  case frameInterval(Duration)
  /// The stream, or its pool, has been closed or finished.
  case closed

  /// The error as one line of text.
  public var description: String {
    switch self {
    case .noSlot(let slots):
      return "all \(slots) slots of the pool are in use; close a stream, or create a pool with more slots"
    case .tooManyStreams(let open, let most, let interval, let deadline):
      return """
        \(open) streams are open; this machine computes the frames of \(most) streams, one every \(interval), within \
        the deadline of \(deadline)
        """
    case .frameSize(let floats, let expected):
      return "a frame has \(floats) floats; expected \(expected)"
    case .invalidFrame(let reason): return reason.printable()
    case .frameInterval(let interval): return "a frame every \(interval) is not possible; expected a positive duration"
    case .closed: return "the stream, or its pool, is closed or finished; open another one"
    }
  }
}
