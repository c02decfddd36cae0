// Advice for files of other formats that are mistaken for safetensors files.

/// Recognises other formats by their first bytes.
enum ForeignFormat {
  /// The first bytes of each format, at most eight, and the advice.
  private static let known: [(beginning: [UInt8], advice: String)] = [
    ([], "it is empty"),
    (Array("PK\u{3}\u{4}".utf8), torch),
    ([0x80, 0x02], torch), ([0x80, 0x03], torch), ([0x80, 0x04], torch), ([0x80, 0x05], torch),
    (
      Array("version ".utf8), "it is a Git LFS pointer, not the file that it stands for; fetch that with `git lfs pull`"
    ),
    (Array("<".utf8), "it is a web page or XML; download the file itself"),
    (Array("{\n".utf8), "it is plain JSON; of a model in several files, read each .safetensors file"),
    ([0x89] + Array("HDF".utf8), "it is an HDF5 file, as Keras writes it; convert it with safetensors.numpy.save_file"),
    ([0x93] + Array("NUMPY".utf8), "it is a NumPy array; convert it with safetensors.numpy.save_file"),
    (Array("GGUF".utf8), "it is a GGUF file, of llama.cpp; look for the model as safetensors"),
    ([0x1f, 0x8b], "it is compressed by gzip; unpack it with gunzip"),
    ([0x28, 0xb5, 0x2f, 0xfd], "it is compressed by zstd; unpack it with unzstd"),
  ]

  private static let torch =
    "it is a pickle or a zip archive, as torch.save writes them (numpy.savez, too); "
    + "convert it in Python: safetensors.torch.save_file(torch.load(path, weights_only=True), new_path)"

  /// The advice for a file with these first bytes, after "; ". Empty if the format is not known.
  static func advice(_ beginning: some Collection<UInt8>) -> String {
    // An ONNX file begins with field 1, a small number, and field 2, a name.
    let bytes = Array(beginning)
    if bytes.count > 3, bytes[0] == 0x08, bytes[1] < 0x20, bytes[2] == 0x12 {
      return "; it looks like an ONNX model, which holds parameters under other names"
    }
    guard let format = known.first(where: { $0.beginning.isEmpty ? bytes.isEmpty : bytes.starts(with: $0.beginning) })
    else { return "" }
    return "; " + format.advice
  }
}
