// Vocabulary: indices of tokens, files, and unknown tokens.

import Foundation
import Recurrent
import Testing

@Suite struct VocabularyTests {
  @Test func specialTokensComeFirstAndThenTheMostFrequent() {
    let words = Vocabulary(counting: ["b", "a", "c", "b", "a", "d", "b"])
    #expect(words.tokens == ["<padding>", "<unknown>", "<begin>", "<end>", "b", "a", "c", "d"])
    #expect((words.padding, words.unknown, words.begin, words.end) == (0, 1, 2, 3))
    #expect(words["b"] == 4 && words["nowhere"] == words.unknown)
    #expect(Vocabulary(counting: ["b", "a", "b"], minimum: 2) == Vocabulary(["b"]))
  }

  @Test func aFileKeepsAVocabulary() throws {
    let words = Vocabulary(["한", "\n", "\"", "<", "é"])
    #expect(try JSONDecoder().decode(Vocabulary.self, from: JSONEncoder().encode(words)) == words)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Vocabulary.self, from: Data(#"["a", "a"]"#.utf8)) }
  }
}
