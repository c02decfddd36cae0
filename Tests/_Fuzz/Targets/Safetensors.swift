// Fuzz target: safetensors files, read, written and read again.

import Foundation
import Recurrent

extension FuzzTarget {
  static let safetensors = FuzzTarget(
    name: "safetensors", share: 170, format: .tensors,
    words: TensorFile.types + ["__metadata__", "dtype", "shape", "data_offsets", "int8", "int8_scale", "_scale"]
  ) {
    var file = Safetensors()
    file.metadata = ["format": "pt", "é": "ü"]
    file.set("a.weight", Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
    file.set("a.bias", Tensor([0.5], shape: [1]))
    file.set("none", Tensor(zeros: [0, 4]))
    file.set("number", Tensor([7], shape: []))
    file.set("places", [1, -2, .max])
    let matrix = Tensor([1, -2, 0, 3, 5, 8], shape: [2, 3])
    for precision in [Precision.bfloat16, .int8] {
      file.set(precision.rawValue, StoredTensor(matrix, precision: precision))
    }
    return [file.encoded(), Safetensors().encoded()].map(Array.init)
  } reader: { _ in
    { input in
      let file = try Safetensors(input, path: "input")
      let again = try Safetensors(file.encoded(), path: "written again")
      if again.names != file.names || again.metadata != file.metadata {
        fail("written and read again, it has other names or metadata")
      }
      for name in file.names {
        if again.dimensions(name) != file.dimensions(name) {
          fail("written and read again, '\(name)' has other extents")
        }
        if let values = try? file.tensor(name).elements,
          try again.tensor(name).elements.map(\.bitPattern) != values.map(\.bitPattern)
        {
          fail("written and read again, '\(name)' has other numbers")
        }
        if let stored = try? file.stored(name) {
          let read = try again.stored(name)
          if read.precision != stored.precision || read.int8?.scales != stored.int8?.scales
            || read.tensor.elements.map(\.bitPattern) != stored.tensor.elements.map(\.bitPattern)
          {
            fail("written and read again, '\(name)' is stored in another way")
          }
        }
        if let values = try? file.integers(name), try again.integers(name) != values {
          fail("written and read again, '\(name)' has other integers")
        }
      }
    }
  }
}
