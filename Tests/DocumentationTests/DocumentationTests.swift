// Tests of the documentation's examples: each is compiled and run as it stands on its page.

import Foundation
import Testing
import _TestSupport

@Suite struct DocumentationTests {
  static func examples(_ language: String) -> [Example] { Example.all.filter { $0.language == language } }

  /// No example is left out in silence.
  @Test func everyBlockIsAnExampleOrSaysWhyNot() {
    for example in Example.all where example.exemption == nil {
      // A block of no language is a picture, such as a tree of folders.
      #expect(
        ["swift", "sh", ""].contains(example.language),
        "\(example.place): a block of '\(example.language)' is not run by any test")
    }
    let exempt = Example.all.filter { $0.exemption != nil }
    let (swift, shell) = (DocumentationTests.examples("swift").count, DocumentationTests.examples("sh").count)
    print("Examples: \(swift) in Swift, \(shell) for the shell; not run: \(exempt.count)")
    for example in exempt { print("  \(example.place): \(example.exemption!)") }
    #expect(swift >= 8 && shell >= 8 && exempt.count <= 3)
  }

  /// A whole program equals the main.swift of a target in Tests, which is run. A manifest equals the
  /// README's, which scripts/test-downstream builds. Any other example stands in a test word for
  /// word, and is compiled and run with it.
  @Test(arguments: examples("swift")) func swiftExampleIsCompiledAndRun(_ example: Example) throws {
    if example.exemption != nil { return }
    if example.text.hasPrefix("// swift-tools-version") {
      let manifest = DocumentationTests.examples("swift").first { $0.text.hasPrefix("// swift-tools-version") }
      #expect(manifest?.document == "README.md" && example.text == manifest?.text, "\(example.place)")
      #expect(example.text.contains(#".package(url: "\#(DocumentationTests.placeholder)""#), "\(example.place)")
      return
    }
    let tests = Example.root.appendingPathComponent("Tests")
    let folders = try FileManager.default.contentsOfDirectory(atPath: tests.path).sorted()
    if example.text.hasPrefix("import ") {
      let program = folders.first {
        (try? String(contentsOf: tests.appendingPathComponent("\($0)/main.swift"), encoding: .utf8)) == example.text
      }
      let name = try #require(program, "\(example.place): no Tests/_.../main.swift is this program")
      try withFolder { folder in
        let result = try runProduct(name, [], environment: DocumentationTests.environment, folder: folder)
        #expect(result.status == 0, "\(example.place): \(result.errors)")
        #expect(example.shows(result.output), "\(example.place) prints\n\(result.output)")
      }
      return
    }
    let block = withoutSpace(example.text)
    let found = try folders.filter { $0.hasSuffix("Tests") }.contains { folder in
      let files = try FileManager.default.contentsOfDirectory(
        at: tests.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      return try files.filter { $0.pathExtension == "swift" }.contains {
        withoutSpace(try String(contentsOf: $0, encoding: .utf8)).contains(block)
      }
    }
    #expect(found, "\(example.place): this code is in no test")
  }

  /// Every program in a folder Tests/_Readme... is an example on some page.
  @Test func programsOfTheDocumentationAreOnAPage() throws {
    let tests = Example.root.appending(path: "Tests")
    let programs = try FileManager.default.contentsOfDirectory(atPath: tests.path).filter { $0.hasPrefix("_Readme") }
    #expect(programs.count >= 2)
    for program in programs {
      let text = try String(contentsOf: tests.appending(path: "\(program)/main.swift"), encoding: .utf8)
      #expect(DocumentationTests.examples("swift").contains { $0.text == text }, "\(program) is on no page")
    }
  }

  /// The address of this repository in the README's manifest.
  static let placeholder = "https://example.com/you/recurrent.git"

  /// The environment's choices are not the documents'.
  static let environment = [
    "RECURRENT_BACKEND": "", "RECURRENT_THREADS": "", "RECURRENT_ISA": "", "RECURRENT_TRAITS": "none",
  ]

  /// The commands of a document, one after the other in one shell, in a copy of this folder whose
  /// products are built already.
  ///
  /// `swift build` and `swift test` do nothing there, and `swift run` runs what is built.
  /// `recurrent train` takes one epoch. `bench` takes as little time as it can, and a gate then has
  /// one problem and the greatest tolerance, so that it does not depend on the machine.
  @Test(arguments: Example.documents) func shellExamplesRun(_ document: String) throws {
    let examples = DocumentationTests.examples("sh").filter { $0.document == document && $0.exemption == nil }
    if examples.isEmpty { return }
    try withFolder { folder in
      let setUp = """
        set -euo pipefail
        mkdir -p '\(folder)/products' '\(folder)/tools' '\(folder)/clone'
        cat >'\(folder)/products/recurrent' <<'END'
        #!/usr/bin/env bash
        [ "${1:-}" != train ] || set -- "$@" --epochs 1
        exec '\(Bundle.main.bundleURL.path)/recurrent' "$@"
        END
        cat >'\(folder)/products/bench' <<'END'
        #!/usr/bin/env bash
        small="--seconds 0 --backends packed --filter elman.inference.*batch.16"
        case " $* " in
          *" --serve "* | *" --help "*) ;;
          *" --counts "*) set -- "$@" \(DocumentationTests.countedBackends) ;;
          *" --check "* | *" --compare "*) set -- "$@" $small --tolerance 9 ;;
          *" --save-baseline "*) set -- "$@" $small ;;
          *) set -- "$@" --seconds 0 --limit 0.1 ;;
        esac
        exec '\(Bundle.main.bundleURL.path)/bench' "$@"
        END
        cat >'\(folder)/tools/swift' <<'END'
        #!/usr/bin/env bash
        case "$1" in
          build)
            mkdir -p .build && ln -sfn '\(folder)/products' .build/release && ln -sfn '\(folder)/products' .build/debug
            case " $* " in *" --show-bin-path "*) echo '\(folder)/products' ;; esac ;;
          run)
            shift
            while [[ "$1" == -* ]]; do [ "$1" = -c ] && shift; shift; done
            exec '\(folder)/products/'"$@" ;;
          test) ;;
          *) echo "swift $1: not for the examples" >&2; exit 1 ;;
        esac
        END
        chmod +x '\(folder)'/products/* '\(folder)'/tools/*
        export PATH='\(folder)'/tools:"$PATH" HOME='\(folder)'
        cd '\(folder)/clone'
        root='\(Example.root.path)'
        # What the repository has: neither models nor virtual environments that were made beside it.
        entries=$(git -C "$root" ls-files 2>/dev/null | grep -v '^\\.' | cut -d/ -f1 | sort -u) || true
        for entry in ${entries:-$(ls "$root")}; do ln -s "$root/$entry" .; done
        \(DocumentationTests.preparation)

        """
      let blocks = examples.map { "echo 'EXAMPLE \($0.place)'; echo 'EXAMPLE \($0.place)' >&2\n" + $0.text }
      let script = folder + "/examples.sh"
      try (setUp + blocks.joined(separator: "\n")).write(toFile: script, atomically: true, encoding: .utf8)
      let result = try runProgram("/bin/bash", [script], environment: DocumentationTests.environment, folder: folder)
      #expect(result.status == 0, "\(document): the last of these commands failed:\n\(result.errors.suffix(3000))")
      let printed = result.output.components(separatedBy: "EXAMPLE ").dropFirst().map { $0.drop { $0 != "\n" } }
      guard result.status == 0 else { return }
      for (example, text) in zip(examples, printed) {
        #expect(example.shows(String(text)), "\(example.place) prints\(text)")
      }
    }
  }

  /// The stored counts have those of every backend, of which this build may have fewer.
  private static let countedBackends = TestBackend.named.contains("openblas") ? "" : "--backends packed,swift"

  /// What the pages take for granted: built products on the PATH, another build of `bench`, a branch
  /// origin/main, data and texts, and a Python without PyTorch and ONNX Runtime, so that
  /// comparisons leave both out.
  private static let preparation = """
    git init -q && git add -A && git -c user.name=x -c user.email=x@example.com commit -q -m x
    git update-ref refs/remotes/origin/main HEAD
    PATH="$PWD/../products:$PATH"
    mkdir -p ../main/.build && ln -s "$PWD/../products" ../main/.build/release
    rm -f peers-venv && mkdir -p peers-venv/bin
    printf '%s\\n' '#!/bin/sh' 'echo "{\\"name\\": \\"$2\\", \\"error\\": \\"not installed\\"}"' >peers-venv/bin/python
    chmod +x peers-venv/bin/python
    for folder in names names-test; do
      mkdir -p "data/$folder"
      printf '%s\\n' Nakamura Yamada Suzuki >"data/$folder/Japanese.txt"
      printf '%s\\n' "O'Neal" Byrne Doyle >"data/$folder/Irish.txt"
    done
    for line in $(seq 200); do echo "ROMEO: But soft, what light through yonder window breaks"; done >shakespeare.txt
    for line in $(seq 20); do echo "ein hund schläft"; echo "zwei hunde schlafen"; done >train.de
    for line in $(seq 20); do echo "a dog sleeps"; echo "two dogs sleep"; done >train.en
    head -2 train.de >test.de
    """

  // MARK: The gate's workflow

  /// The verdicts of the two gates: 0, 1 (none could be found) and 2, as bench's status is. A gate
  /// without a verdict is no regression.
  @Test(arguments: [(0, "success"), (1, "success"), (2, "failure")])
  func theWorkflowTellsARegressionFromAGateThatCouldNotRun(
    _ status: Int, _ outcome: String
  ) throws {
    for name in ["Counts", "Compare"] {
      try withFolder { folder in
        let script = try #require(try DocumentationTests.step(name), "no step '\(name)'")
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        let bench =
          "#!/bin/sh\necho called >>calls\ncase \"$*\" in *--output*) echo table >gate.md;; esac\nexit \(status)\n"
        try bench.write(toFile: folder + "/bench", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/bench")
        let environment = [
          "GITHUB_STEP_SUMMARY": folder + "/summary", "BENCH": folder + "/bench", "BASE_BENCH": folder + "/bench",
          "COUNTS": folder + "/bench",
        ]
        // As GitHub runs a step whose shell is bash.
        let result = try runProgram(
          "/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], environment: environment,
          folder: folder)
        #expect(result.status == (outcome == "success" ? 0 : 1), "\(name): \(result.errors)")
        let text = result.output + ((try? String(contentsOfFile: folder + "/summary", encoding: .utf8)) ?? "")
        #expect(
          text.contains("::warning") == (status == 1) && text.contains("::error") == (status == 2), "\(name): \(text)")
        #expect(try String(contentsOfFile: folder + "/calls", encoding: .utf8) == "called\n")
        if name == "Compare" { #expect(text.contains("table")) }
      }
    }
  }

  /// The commands of a step of docs/performance-gate.yml.
  private static func step(_ name: String) throws -> String? {
    let text = try String(contentsOf: Example.root.appendingPathComponent("docs/performance-gate.yml"), encoding: .utf8)
    guard let step = text.components(separatedBy: "\n      - ").first(where: { $0.hasPrefix("name: \(name)\n") }),
      let run = step.range(of: "        run: |\n")
    else { return nil }
    return step[run.upperBound...].split(separator: "\n", omittingEmptySubsequences: false).prefix {
      $0.isEmpty || $0.hasPrefix("          ")
    }
    .map { $0.dropFirst(10) + "\n" }.joined()
  }
}

/// The text without white space: a page and a test may break lines in different places.
private func withoutSpace(_ text: String) -> String { text.filter { !$0.isWhitespace } }

/// Calls `body` with a new folder, which is removed afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("documentation-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

@Suite struct ExampleTests {
  @Test func blocksAreFoundWithTheirOutputAndReason() {
    let text =
      "# A\n```swift\nlet x = 1\n```\n\n```text\n1 of 20\n...\nend\n```\n"
      + "<!-- not run: takes a day -->\n```sh\nslow\n```\ntext\n```text\nloose\n```\n"
    let examples = Example.examples(in: text, of: "A.md")
    #expect(examples.map(\.place) == ["A.md:2", "A.md:12", "A.md:16"])
    #expect(examples.map(\.language) == ["swift", "sh", "text"])
    #expect(examples.map(\.exemption) == [nil, "takes a day", nil])
    #expect(examples.map(\.text) == ["let x = 1\n", "slow\n", "loose\n"])
    #expect(examples[0].output == "1 of 20\n...\nend\n")
    #expect(examples[0].shows("3  of 4.5\nmore\nmore\nend\n") && examples[0].shows("1 of 20\nend"))
    #expect(!examples[0].shows("3 from 4\nend") && !examples[0].shows("1 of 20\n"))
  }
}
