// Tests of the safetensors format, and of invalid files.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentSwiftBackend
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
    let header =
      #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},"#
      + #""c":{"dtype":"F64","shape":[1],"data_offsets":[10,18]},"#
      + #""d":{"dtype":"I32","shape":[1],"data_offsets":[18,22]}}"#
    let bytes: [UInt8] =
      [0x00, 0x3c, 0x01, 0x80, 0x00, 0x7c, 0xff, 0x7b] + [0x49, 0x40] + [0, 0, 0, 0, 0, 0, 0xf8, 0xbf] + [
        0xfe, 0xff, 0xff, 0xff,
      ]
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
    ("the format has no dtype 'F99'", #"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("needs 8 bytes", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("needs 4 bytes", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, [0, 0, 0, 0]),
    ("only 4 bytes of data", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, [0, 0, 0, 0]),
    (
      "overlap, or there is a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      [0, 0, 0, 0, 0, 0, 0, 0]
    ),
    (
      "overlap, or there is a gap",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      [0, 0, 0, 0]
    ),
    ("needs 4 bytes", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}"#, [0, 0, 0, 0]),
    ("overlap, or there is a gap", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, [0, 0, 0, 0]),
    ("more than two numbers", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,5]}}"#, [0, 0, 0, 0]),
    ("belong to no tensor", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0, 9]),
    ("belong to no tensor", "{}", [9]),
    (
      "the key 'a' twice",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      [0, 0, 0, 0]
    ),
    (
      "the key 'a' twice",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      [0, 0, 0, 0]
    ),
    ("the key 'dtype' twice", #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("header:", #"{"__metadata__":{"a":1}}"#, []),
    ("header:", #"{"__metadata__":1}"#, []),
    ("the key '__metadata__' twice", #"{"__metadata__":null,"__metadata__":{}}"#, []),
    ("the key 'x' twice", #"{"__metadata__":{"x":"1","\u0078":"1"}}"#, []),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[0,2305843009213693952,5],"data_offsets":[0,0]}}"#, []),
    ("impossible shape", #"{"a":{"dtype":"F32","shape":[2305843009213693952,5,0],"data_offsets":[0,0]}}"#, []),
    ("too large", #"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("too large", #"{"a":{"dtype":"F32","shape":[100000000000000000000],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    (
      "more than 64 numbers",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1\(String(repeating: ",1", count: 64))],\"data_offsets\":[0,4]}}",
      [0, 0, 0, 0]
    ),
    ("fewer than two numbers", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, [0, 0, 0, 0]),
    ("'dtype' is missing", #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("'shape' is missing", #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ("ends within a byte", #"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#, [0, 0]),
    ("ends within a byte", #"{"a":{"dtype":"F6_E2M3","shape":[3],"data_offsets":[0,3]}}"#, [0, 0, 0]),
  ]

  /// A header with one tensor whose shape is given as text.
  static func header(shape: String, more: String = "") -> String {
    #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,4]\#(more)}}"#
  }

  @Test(arguments: [
    "[1.0]", "[1e0]", "[1E0]", "[10e-1]", "[01]", "[-0]", "[+1]", "[1 1]", "[1,]", "[,1]", "[true]", "[null]",
    "[\"1\"]", "[[1]]", "1", "null", "[1", "[0x1]",
  ])
  func aShapeIsWholeNumbers(_ shape: String) {
    #expect("\(shape)") {
      try Safetensors(SafetensorsTests.file(SafetensorsTests.header(shape: shape), [0, 0, 0, 0]), path: "memory")
    } throws: {
      "\($0)".contains("not a valid safetensors file: header: expected")
    }
  }

  @Test func headersAreReadAsJSON() throws {
    let read = [
      "{}", "{}  \n\t\r ", "{ }", #"{"__metadata__":null}"#, #"{"__metadata__":{}}"#,
      #"{"__metadata__":{"a\u00e9\ud83d\ude00\n\/\\\"":""}}"#,
    ]
    for header in read {
      #expect(try Safetensors(SafetensorsTests.file(header), path: "memory").names.isEmpty, "\(header)")
    }
    let escaped = try Safetensors(
      SafetensorsTests.file(#"{"__metadata__":{"\u00e9\uD83D\uDE00\b\f\n\r\t\/\\\"\u0000":"ü"}}"#), path: "memory")
    #expect(escaped.metadata == ["é😀\u{8}\u{c}\n\r\t/\\\"\0": "ü"])
    // Members that the format does not know.
    let more = #", "x" : [1, -2.5e+3, 0.1E-2, 0, true, false, null, "a", {"b": {}, "b": []}, []] "#
    let tensor = try Safetensors(
      SafetensorsTests.file(SafetensorsTests.header(shape: " [ 1 ] ", more: more), [0, 0, 0, 0]), path: "memory")
    #expect(tensor.dimensions("a") == [1])
    let refused = [
      "", " {}", "{} x", "{}{}", "{}\0", "{\"", #"{"a"#, #"{"__metadata__":{"a":"b"}"#, #"{"__metadata__":{"a":"\x"}}"#,
      #"{"__metadata__":{"a":"\ud800"}}"#,
      #"{"__metadata__":{"a":"\ud800\u0041"}}"#, #"{"__metadata__":{"a":"\udc00"}}"#, #"{"__metadata__":{"a":"\u12"}}"#,
      #"{"__metadata__":{"a":"\u+123"}}"#,
      "{\"__metadata__\":{\"a\":\"\n\"}}", #"{"__metadata__":{a:"b"}}"#, #"{"__metadata__":{"a" "b"}}"#,
      #"{"__metadata__":{"a":"b",}}"#, #"{'a':1}"#,
      #"{"__metadata__":nul}"#, #"{"__metadata__":NaN}"#, "{\"a\":/**/1}",
    ]
    for header in refused {
      #expect(throws: RecurrentError.self, "\(header)") {
        try Safetensors(SafetensorsTests.file(header), path: "memory")
      }
    }
    for more in [
      "01", "1.", ".5", "1e", "-", "+1", "tru", "nulL", "[", "[1 2]", #"{"a"}"#, "\"\u{1}\"", "1\"", "NaN", "Infinity",
      "'a'",
    ] {
      let header = SafetensorsTests.header(shape: "[1]", more: ",\"x\":" + more)
      #expect(throws: RecurrentError.self, "\(header)") {
        try Safetensors(SafetensorsTests.file(header, [0, 0, 0, 0]), path: "memory")
      }
    }
    // Bytes that are not UTF-8, where strings are and where they are not.
    for bytes: [UInt8] in [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] {
      for (before, after) in [
        (#"{"__metadata__":{""#, #"":""}}"#), (#"{"__metadata__":{"\n"#, #"":""}}"#), (#"{"__metadata__":{}"#, "}"),
      ] {
        let header = Data(before.utf8) + bytes + Data(after.utf8)
        var file = Data()
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
        #expect(throws: RecurrentError.self) { try Safetensors(file + header, path: "memory") }
      }
    }
  }

  /// Each of the other types, next to a tensor of floats.
  @Test(arguments: [
    ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8), ("F8_E4M3", 8),
    ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8), ("I16", 16), ("U16", 16), ("U32", 32), ("C64", 64), ("U64", 64),
  ])
  func typesThatAreNotReadStandBesideThoseThatAre(_ type: String, _ bits: Int) throws {
    let bytes = bits * 4 / 8
    let header =
      #"{"x":{"dtype":"\#(type)","shape":[2,2],"data_offsets":[0,\#(bytes)]},"#
      + #""w":{"dtype":"F32","shape":[1],"data_offsets":[\#(bytes),\#(bytes + 4)]}}"#
    let file = try Safetensors(
      SafetensorsTests.file(header, Array(0..<UInt8(bytes)) + [0, 0, 0x80, 0x3f]), path: "memory")
    #expect(try file.tensor("w") == Tensor([1]))
    #expect(file.dimensions("x") == [2, 2])
    #expect { try file.tensor("x") } throws: {
      "\($0)" == "memory: tensor 'x' has dtype \(type), expected floats (F32, F64, F16, BF16)"
    }
    #expect { try file.integers("x") } throws: {
      "\($0)" == "memory: tensor 'x' has dtype \(type), expected integers (I64, I32)"
    }
    // Everything read is written again, including unsupported types.
    let again = try Safetensors(file.encoded(), path: "memory")
    #expect(again.encoded() == file.encoded() && again.dimensions("x") == [2, 2])
  }

  /// U+00E9, and the same as a letter and a combining accent: equal strings in Swift.
  @Test func namesAreToldApartByTheirBytes() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    let header =
      #"{"\#(decomposed)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""\#(composed)":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    var file = try Safetensors(SafetensorsTests.file(header, [0, 0, 0, 0x40, 0, 0, 0x80, 0x3f]), path: "memory")
    #expect(file.names.map { $0.utf8.count } == [6, 5])
    for _ in 0..<2 {
      #expect(try file.tensor(decomposed) == Tensor([2]))
      #expect(try file.tensor(composed) == Tensor([1]))
      file = try Safetensors(file.encoded(), path: "memory")
    }
    file.set(composed, Tensor([3]))
    #expect(try file.tensor(decomposed) == Tensor([2]))
    #expect(file.names.count == 2)
  }

  @Test func aHeaderOfManyTensorsIsRead() throws {
    let count = 50_000
    let members = (0..<count).map {
      #""layers.\#($0 &* 7919 % count).weight":{"dtype":"F32","shape":[1,0],"data_offsets":[0,0]}"#
    }
    let file = try Safetensors(SafetensorsTests.file("{\(members.joined(separator: ","))}"), path: "memory")
    #expect(file.names.count == count && file.dimensions("layers.49999.weight") == [1, 0])
    #expect {
      try Safetensors(SafetensorsTests.file("{\(members.joined(separator: ",")),\(members[9])}"), path: "memory")
    } throws: {
      "\($0)".contains("the key 'layers.\(9 * 7919 % count).weight' twice")
    }
  }

  static let foreign: [([UInt8], String)] = [
    ([], "it is empty"),
    (Array("PK\u{3}\u{4}\0\0\u{8}\u{8}\0\0archive/data.pkl".utf8), "torch.save"),
    ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9], "torch.save"),
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".utf8), "git lfs pull"),
    (Array("<!DOCTYPE html><html>".utf8), "web page"), (Array("{\n  \"metadata\": {}}".utf8), "plain JSON"),
    ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0], "HDF5"), ([0x93] + Array("NUMPY\u{1}\0v".utf8), "NumPy"),
    (Array("GGUF\u{3}\0\0\0\0".utf8), "GGUF"), ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0], "gunzip"),
    ([0x28, 0xb5, 0x2f, 0xfd, 4, 0, 0, 0, 0], "unzstd"),
    ([0x08, 0x07, 0x12, 0x07, 0x70, 0x79, 0x74, 0x6f, 0x72], "ONNX"),
  ]

  @Test(arguments: SafetensorsTests.foreign.indices)
  func filesOfOtherKindsAreToldSo(_ index: Int) {
    let (bytes, advice) = SafetensorsTests.foreign[index]
    #expect { try Safetensors(Data(bytes), path: "m.safetensors") } throws: {
      "\($0)".hasPrefix("m.safetensors: not a valid safetensors file: ") && "\($0)".contains(advice)
    }
  }

  /// The cases of `../shared/cases/safetensors`, if present.
  static let cases = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/cases").path

  @Test(.enabled(if: FileManager.default.fileExists(atPath: SafetensorsTests.cases))) func sharedCasesAreRead() throws {
    func file(_ name: String) throws -> Safetensors {
      try Safetensors(contentsOf: "\(SafetensorsTests.cases)/safetensors/\(name).safetensors")
    }
    for name in ["dtype_c64", "dtype_f8_e8m0"] {
      #expect(try file(name).tensor("w").elements == [1, 2, 3])
      #expect(throws: RecurrentError.self) { try file(name).tensor("x") }
    }
    #expect(try file("empty_object").names.isEmpty)
    #expect(try file("metadata_null").tensor("w") == Tensor([1]))
    #expect(try file("nfc_nfd_names").names.count == 2)
    #expect(try file("tied_save_model").tensor("output.weight") == file("tied_save_model").tensor("embedding.weight"))
    for name in ["float_shape", "huge_shape"] { #expect(throws: RecurrentError.self) { try file(name) } }
  }

  @Test(arguments: SafetensorsTests.malformed.indices)
  func malformedFilesAreRefused(_ index: Int) {
    let (reason, header, data) = SafetensorsTests.malformed[index]
    #expect("\(reason)") { try Safetensors(SafetensorsTests.file(header, data), path: "memory") } throws: {
      "\($0)".contains(reason)
    }
  }

  @Test func truncatedFilesAreRefused() {
    let valid = SafetensorsTests.valid
    for count in 0..<valid.count {
      #expect(throws: RecurrentError.self) { try Safetensors(valid.prefix(count), path: "memory") }
    }
    #expect(throws: RecurrentError.self) {
      try Safetensors(Data([255, 255, 255, 255, 255, 255, 255, 255, 1, 2]), path: "memory")
    }
    #expect(throws: RecurrentError.self) {
      try Safetensors(Data([255, 255, 255, 255, 255, 255, 255, 127]), path: "memory")
    }
  }

  @Test func deepNestingIsRefused() {
    for depth in [100, 100_000] {
      let header = #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
      #expect(throws: RecurrentError.self) { try Safetensors(SafetensorsTests.file(header), path: "memory") }
    }
  }

  /// Valid files with random bytes changed, removed and repeated: each is either read, with every
  /// tensor in bounds, or refused.
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
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.safetensors").path
    let file = try Safetensors(SafetensorsTests.valid, path: "memory")
    try file.write(to: path)
    try file.write(to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == SafetensorsTests.valid)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    #expect { try file.write(to: folder.path + "/no/such/folder") } throws: {
      "\($0)".contains("No such file or directory")
    }
    #expect { try file.write(to: folder.path) } throws: { "\($0)".contains("cannot be written") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    #expect { try Safetensors(contentsOf: folder.path) } throws: { "\($0)".contains("is not a regular file") }
    #expect { try Safetensors(contentsOf: "/dev/zero") } throws: { "\($0)".contains("is not a regular file") }
    #expect { try Safetensors(contentsOf: path + "x") } throws: { "\($0)".hasSuffix("no such file") }
    #expect(try Safetensors(contentsOf: path).names == file.names)
  }

  @Test func parametersGoAroundUnderPyTorchsNames() throws {
    let backend = SwiftBackend(pool: ThreadPool(threads: 1))
    let configuration = RecurrentStack.Configuration(
      cell: .lstm, inputSize: 3, hiddenSize: 5, layers: 2, projectionSize: 2, bidirectional: true)
    let stack = RecurrentStack(configuration, seed: 8, backend: backend)
    var file = Safetensors()
    file.set(stack, prefix: "encoder.")
    #expect(file.contains("encoder.weight_hr_l1_reverse"))
    let parameters = try Safetensors(file.encoded(), path: "memory").parameters(configuration, prefix: "encoder.")
    #expect(parameters == stack.parameters)
    #expect { try file.parameters(configuration) } throws: { "\($0)".contains("has no tensor 'weight_ih_l0'") }
    var other = configuration
    other.hiddenSize = 6
    #expect { try file.parameters(other, prefix: "encoder.") } throws: {
      "\($0)".contains("'encoder.weight_ih_l0' has shape [20, 3], expected [24, 3]")
    }
  }
}
