// Reading of safetensors files.

import Foundation
import RecurrentCore

extension Safetensors {
  /// Reads a file. Throws `RecurrentError.inputOutput` if it cannot be read, `invalidFile` if it is
  /// not a valid safetensors file.
  public init(contentsOf path: String) throws(RecurrentError) {
    let file = try RegularFile(path)
    try self.init(size: file.size, path: path) { (count) throws(RecurrentError) in try file.read(count) }
  }

  /// Reads the contents of a file. `path` names it in errors. Throws `RecurrentError.invalidFile`
  /// if they are not valid.
  public init(_ data: Data, path: String) throws(RecurrentError) {
    var position = data.startIndex
    try self.init(size: data.count, path: path) { count in
      let end = min(position + count, data.endIndex)
      defer { position = end }
      return data[position..<end]
    }
  }

  /// Reads from a source whose function `next` returns the next bytes: the requested number, or
  /// fewer at the end.
  private init(size: Int, path: String, next: (Int) throws(RecurrentError) -> Data) throws(RecurrentError) {
    self.path = path
    func fail(_ reason: String) -> RecurrentError {
      .invalidFile(path: path, reason: "not a valid safetensors file: " + reason)
    }
    func read(_ count: Int) throws(RecurrentError) -> Data {
      let data = try next(count)
      guard data.count == count else { throw fail("it ends \(count - data.count) bytes early") }
      return data
    }

    let beginning = try next(8)
    guard beginning.count == 8 else {
      throw fail("\(beginning.count) bytes are too few for a header's length" + ForeignFormat.advice(beginning))
    }
    let announced = beginning.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard announced <= UInt64(Safetensors.greatestHeader), announced <= UInt64(max(0, size - 8)) else {
      throw fail(
        "the header's length is \(announced), more than the file's \(size) bytes or the limit of \(Safetensors.greatestHeader)"
          + ForeignFormat.advice(beginning))
    }
    let header = try read(Int(announced))
    guard header.first == UInt8(ascii: "{") else {
      throw fail("the header does not begin with {" + ForeignFormat.advice(beginning))
    }
    let parsed: Header
    do {
      parsed = try Header(header)
    } catch {
      throw fail("header: " + error.reason)
    }

    let room = size - 8 - Int(announced)
    var end = 0
    for tensor in parsed.tensors {
      let (name, type) = (tensor.name.text, tensor.type)
      guard let count = Shape.count(of: tensor.shape),
        case let (bits, overflow) = count.multipliedReportingOverflow(by: type.bits), !overflow
      else { throw fail("tensor '\(name)' has the impossible shape \(tensor.shape)") }
      guard bits % 8 == 0 else {
        throw fail("tensor '\(name)' with shape \(tensor.shape) of \(type) ends within a byte")
      }
      guard tensor.begin == end else {
        throw fail(
          "tensor '\(name)' begins at \(tensor.begin), where \(end) is expected: tensors overlap, or there is a gap")
      }
      guard tensor.end >= end, tensor.end - end == bits / 8 else {
        throw fail(
          "tensor '\(name)' with shape \(tensor.shape) of \(type) needs \(bits / 8) bytes, its data_offsets are \(end) to \(tensor.end)"
        )
      }
      guard tensor.end <= room else {
        throw fail("tensor '\(name)' ends at \(tensor.end), but only \(room) bytes of data are there")
      }
      end = tensor.end
    }
    guard end == room else { throw fail("\(room - end) bytes of data belong to no tensor") }

    metadata = parsed.metadata
    let data = try read(room)
    entries.reserveCapacity(parsed.tensors.count)
    for tensor in parsed.tensors {
      entries[tensor.name] = Entry(
        type: tensor.type, dimensions: tensor.shape,
        bytes: data[data.startIndex + tensor.begin..<data.startIndex + tensor.end])
    }
  }
}
