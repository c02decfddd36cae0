// Terminal output: display width, tables, and the properties of terminals.

import Testing

@testable import RecurrentCore

@Suite struct DisplayTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}\u{323}", 1), ("漢字", 4), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("ﾊﾝｶｸ", 4), ("Ａ", 2), ("ひ\u{200B}", 2),
    ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("नमस्ते", 4), ("שָׁלוֹם", 4), ("𝄞", 1), ("……", 2),
  ]) func textIsAsWideAsTerminalsShowIt(_ text: String, _ width: Int) { #expect(text.displayWidth == width) }

  @Test func textIsCutAndWrappedByWidth() {
    #expect(
      "漢字漢字".prefix(columns: 5) == "漢字" && "e\u{301}ab".prefix(columns: 2) == "e\u{301}a"
        && "a".prefix(columns: 0) == "")
    #expect(
      "abcdefghij".shortened(toColumns: 10) == "abcdefghij" && "abcdefghijk".shortened(toColumns: 10) == "abcd...ijk")
    #expect("漢字漢字漢字".shortened(toColumns: 10).displayWidth <= 10)
    #expect(
      "one two three".wrapped(to: 7) == "one two\nthree"
        && "one two three".wrapped(to: 8, indent: 2) == "one two\n  three")
    #expect("abbbbbbbbb c".wrapped(to: 5, indent: 1) == "abbbbbbbbb\n c" && "".wrapped(to: 5) == "")
    #expect("k   v w".wrapped(to: 5, indent: 4) == "k   v\n    w")
  }

  @Test func columnsAreAlignedByWidth() {
    var table = TextTable([.label("name"), .number("share"), .text("what")])
    table.add(["漢字", "1", "a"])
    table.add(["e\u{301}", "100.0 %", ""])
    table.add(["\u{1B}x", "", "b"])
    let expected = """
      name       share  what
      漢字           1  a
      e\u{301}        100.0 %
      \\u{1B}x           b
      """
    #expect(table.description == expected)
  }

  /// Labels are shortened first. Then groups of columns are placed one below the other, each beside
  /// the labels.
  @Test func whatIsTooWideIsParted() {
    var table = TextTable([
      .label(""), .number("one", beginsGroup: true), .number("share"), .number("two", beginsGroup: true),
      .number("share"),
    ])
    table.add(["abcdefghijklmnopqrst", "1.5", "10 %", "2.5", "20 %"])
    table.add(["b", "3.5", "30 %", "4.5", "40 %"])
    #expect(table.text(width: 44).split(separator: "\n").count == 3)
    let parts = """
                            one  share
      abcdefghijklmnopqrst  1.5   10 %
      b                     3.5   30 %

                            two  share
      abcdefghijklmnopqrst  2.5   20 %
      b                     4.5   40 %
      """
    #expect(table.text(width: 43) == parts)
    let narrow = table.text(width: 26)
    #expect(
      narrow.split(separator: "\n").allSatisfy { $0.count <= 26 } && narrow.contains("abcdef...pqrst  1.5"), "\(narrow)"
    )
  }

  @Test func aTerminalIsWhatItSaysOfItself() {
    func variables(_ values: [String: String]) -> (String) -> String? { { values[$0] } }
    #expect(Terminal.rewritesLines(variables(["TERM": "xterm"])))
    #expect(!Terminal.rewritesLines(variables(["TERM": "dumb"])) && !Terminal.rewritesLines(variables([:])))
    for (values, isUTF8) in [
      (["LANG": "de_DE.UTF-8"], true), (["LANG": "C.utf8"], true), (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false),
      ([:], false),
      (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true), (["LC_ALL": "POSIX", "LC_CTYPE": "C.UTF-8"], false),
      (["LANG": "de_DE@euro"], false),
    ] { #expect(Terminal.isUTF8(variables(values)) == isUTF8, "\(values)") }
    #expect(
      Terminal.columns(told: 40, variables(["COLUMNS": "100"])) == 40
        && Terminal.columns(told: 0, variables(["COLUMNS": "100"])) == 100)
    for wrong in ["", "0", "-5", "x", "99999999999999999999"] {
      #expect(Terminal.columns(told: 0, variables(["COLUMNS": wrong])) == 80, "\(wrong)")
    }
  }

  @Test(
    arguments: [
      (0, "0.00 s"), (0.04, "0.04 s"), (0.996, "1.0 s"), (4.24, "4.2 s"), (9.94, "9.9 s"), (9.96, "10 s"),
      (59.4, "59 s"), (59.6, "1:00 min"), (187, "3:07 min"), (3599.6, "1:00 h"), (3720, "1:02 h"),
      (-1, "0.00 s"), (.infinity, "very long"), (.nan, "very long"), (1e300, "very long"),
    ] as [(Double, String)]) func timesAreShort(_ seconds: Double, _ text: String)
  { #expect(timeText(seconds) == text) }
}
