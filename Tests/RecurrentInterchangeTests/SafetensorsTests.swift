// The file format, and everything that can be wrong with a file.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import SwiftBackend
import Testing

@Suite struct SafetensorsTests {
  /// A file of a JSON header and data.
  static func file(_ header: String, _ data: [UInt8] = []) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + Data(header.utf8) + Data(data)
  }

  static var valid: Data {
    var file = Safetensors()
    file.metadata = ["key": "value \"quoted\" ü"]
    file.set("weights", Tensor([1, -2.5, .infinity, 4, 5, 6], shape: [2, 3]))
    file.set("lengths", [3, 1, 2])
    file.set("empty", Tensor(zeros: [0, 4]))
    file.set("scalar", Tensor([7], shape: []))
    return file.encoded()
  }

  @Test func whatIsWrittenIsRead() throws {
    let read = try Safetensors(SafetensorsTests.valid, path: "memory")
    #expect(read.names == ["empty", "lengths", "scalar", "weights"])
    #expect(read.metadata == ["key": "value \"quoted\" ü"])
    #expect(try read.tensor("weights") == Tensor([1, -2.5, .infinity, 4, 5, 6], shape: [2, 3]))
    #expect(try read.integers("lengths") == [3, 1, 2])
    #expect(try read.tensor("empty").shape == [0, 4])
    #expect(try read.tensor("scalar").shape == [])
    #expect { try read.tensor("lengths") } throws: { "\($0)".contains("dtype I64, expected floats") }
    #expect { try read.integers("weights") } throws: { "\($0)".contains("dtype F32, expected integers") }
    #expect { try read.tensor("other") } throws: { "\($0)" == "memory: has no tensor 'other'" }
  }

  @Test func otherFloatsAreConverted() throws {
    let header = #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},"c":{"dtype":"F64","shape":[1],"data_offsets":[10,18]},"d":{"dtype":"I32","shape":[1],"data_offsets":[18,22]}}"#
    let bytes: [UInt8] = [0x00, 0x3c, 0x01, 0x80, 0x00, 0x7c, 0xff, 0x7b] + [0x49, 0x40] + [0, 0, 0, 0, 0, 0, 0xf8, 0xbf] + [0xfe, 0xff, 0xff, 0xff]
    let file = try Safetensors(SafetensorsTests.file(header, bytes), path: "memory")
    #expect(try file.tensor("a").elements == [1, -0x1p-24, .infinity, 65504])
    #expect(try file.tensor("b").elements == [3.140625])
    #expect(try file.tensor("c").elements == [-1.5])
    #expect(try file.integers("d") == [-2])
  }

  static let malformed: [(String, String, [UInt8])] = [
    ("header:", "{", []),
    ("does not begin with {", "[]", []),
    ("header:", #"{"a":1}"#, []),
    ("'data_offsets' is missing", #"{"a":{"dtype":"F32","shape":[1]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("needs 8 bytes", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("needs 4 bytes", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, [0, 0, 0, 0]),
    ("only 4 bytes of data", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, [0, 0, 0, 0]),
    ("overlap, or there is a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, [0, 0, 0, 0, 0, 0, 0, 0]),
    ("overlap, or there is a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("needs 4 bytes", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}"#, [0, 0, 0, 0]),
    ("overlap, or there is a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, [0, 0, 0, 0]),
    ("more than two numbers", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,5]}}"#, [0, 0, 0, 0]),
    ("belong to no tensor", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0, 9]),
    ("belong to no tensor", "{}", [9]),
    ("the key 'a' twice", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("the key 'a' twice", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("the key 'dtype' twice", #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"__metadata__":{"a":1}}"#, []),
  ]

  @Test(arguments: SafetensorsTests.malformed.indices)
  func malformedFilesAreRefused(_ index: Int) {
    let (reason, header, data) = SafetensorsTests.malformed[index]
    #expect("\(reason)") { try Safetensors(SafetensorsTests.file(header, data), path: "memory") } throws: { "\($0)".contains(reason) }
  }

  @Test func truncatedFilesAreRefused() {
    let valid = SafetensorsTests.valid
    for count in 0..<valid.count {
      #expect(throws: RecurrentError.self) { try Safetensors(valid.prefix(count), path: "memory") }
    }
    #expect(throws: RecurrentError.self) { try Safetensors(Data([255, 255, 255, 255, 255, 255, 255, 255, 1, 2]), path: "memory") }
    #expect(throws: RecurrentError.self) { try Safetensors(Data([255, 255, 255, 255, 255, 255, 255, 127]), path: "memory") }
  }

  @Test func deepNestingIsRefused() {
    for depth in [100, 100_000] {
      let header = #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
      #expect(throws: RecurrentError.self) { try Safetensors(SafetensorsTests.file(header), path: "memory") }
    }
  }

  /// Valid files with random bytes changed, removed and repeated: each is either read, with every tensor in bounds, or refused.
  @Test func mutatedFilesNeverCrash() {
    var stream = RandomStream(seed: 6)
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      var bytes = [UInt8](SafetensorsTests.valid)
      for _ in 0..<Int.random(in: 1...4, using: &stream) {
        let index = Int.random(in: 0..<bytes.count, using: &stream)
        switch Int.random(in: 0..<5, using: &stream) {
        case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &stream)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(contentsOf: bytes[index..<min(index + 9, bytes.count)], at: index)
        default: bytes[index] = Array("{}[]\",:0123456789-eE.\\".utf8).randomElement(using: &stream)!
        }
      }
      do {
        let file = try Safetensors(Data(bytes), path: "memory")
        for name in file.names {
          if let tensor = try? file.tensor(name) { #expect(tensor.elements.count == tensor.count) }
          _ = try? file.integers(name)
        }
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 0 && refused > 1000)
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.safetensors").path
    let file = try Safetensors(SafetensorsTests.valid, path: "memory")
    try file.write(to: path)
    try file.write(to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == SafetensorsTests.valid)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    #expect { try file.write(to: folder.path + "/no/such/folder") } throws: { "\($0)".contains("No such file or directory") }
    #expect { try file.write(to: folder.path) } throws: { "\($0)".contains("cannot be written") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    #expect { try Safetensors(contentsOf: folder.path) } throws: { "\($0)".contains("is not a regular file") }
    #expect { try Safetensors(contentsOf: "/dev/zero") } throws: { "\($0)".contains("is not a regular file") }
    #expect { try Safetensors(contentsOf: path + "x") } throws: { "\($0)".hasSuffix("no such file") }
    #expect(try Safetensors(contentsOf: path).names == file.names)
  }

  @Test func parametersGoAroundUnderPyTorchsNames() throws {
    let backend = SwiftBackend(pool: ThreadPool(threads: 1))
    let configuration = RecurrentStack.Configuration(cell: .lstm, inputSize: 3, hiddenSize: 5, layers: 2, projectionSize: 2, bidirectional: true)
    let stack = RecurrentStack(configuration, seed: 8, backend: backend)
    var file = Safetensors()
    file.set(stack, prefix: "encoder.")
    #expect(file.contains("encoder.weight_hr_l1_reverse"))
    let parameters = try Safetensors(file.encoded(), path: "memory").parameters(configuration, prefix: "encoder.")
    #expect(parameters == stack.parameters)
    #expect { try file.parameters(configuration) } throws: { "\($0)".contains("has no tensor 'weight_ih_l0'") }
    var other = configuration
    other.hiddenSize = 6
    #expect { try file.parameters(other, prefix: "encoder.") } throws: { "\($0)".contains("'encoder.weight_ih_l0' has shape [20, 3], expected [24, 3]") }
  }
}
