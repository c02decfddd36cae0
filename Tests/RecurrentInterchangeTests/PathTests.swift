// Tests of the folder and name of paths.

import RecurrentInterchange
import Testing

@Suite struct PathTests {
  /// As `dirname` and `basename`, except for "", for which implementations of `basename` differ.
  static let parts: [(path: String, folder: String, name: String)] = [
    ("", ".", "."), ("/", "/", "/"), ("//", "/", "/"), (".", ".", "."), ("./", ".", "."), ("..", ".", ".."),
    ("../", ".", ".."),
    ("a", ".", "a"), ("a/", ".", "a"), ("a//", ".", "a"), ("/a", "/", "a"), ("//a", "/", "a"), ("a/b", "a", "b"),
    ("a//b", "a", "b"),
    ("a/b/", "a", "b"), ("/a/b", "/a", "b"), ("a/.", "a", "."), ("a/..", "a", ".."), ("./a", ".", "a"),
    ("a.", ".", "a."), ("a...", ".", "a..."),
    ("x/y.z/w.", "x/y.z", "w."), ("ä/ö", "ä", "ö"), ("a/\u{301}", "a", "\u{301}"), ("a\u{301}/b", "a\u{301}", "b"),
    (" / ", " ", " "),
  ]

  @Test func foldersAndNamesAreThoseOfPOSIX() {
    for (path, folder, name) in PathTests.parts {
      #expect(Path.folder(of: path) == folder, "\(path)")
      #expect(Path.name(of: path) == name, "\(path)")
    }
  }

  @Test func aStemIsANameWithoutItsLastExtension() {
    let stems = [
      "a/Irish.txt": "Irish", "a.b.c": "a.b", "a.": "a", "a": "a", ".txt": ".txt", "a/.b": ".b", ".": ".", "..": "..",
      "...": "...", "": ".", "/": "/",
      ".a.b": ".a", "a/b.txt/": "b",
    ]
    for (path, stem) in stems { #expect(Path.stem(of: path) == stem, "\(path)") }
  }

  @Test func anExtensionFollowsTheLastDotOfAName() {
    let extensions = [
      "a/Irish.txt": "txt", "a.b.c": "c", "a.": "", "a": "", "a.b/c": "", "a/.b": "", "..": "", "": "", "/": "",
      "/dev/stdout": "", "a/b.txt/": "txt",
    ]
    for (path, name) in extensions { #expect(Path.fileExtension(of: path) == name, "\(path)") }
  }
}
