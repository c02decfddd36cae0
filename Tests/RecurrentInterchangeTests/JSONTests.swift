// Tests of infinities and NaN in JSON.

import Foundation
import RecurrentInterchange
import Testing

@Suite struct JSONTests {
  struct Figures: Codable, Equatable {
    var lossRate: Double
    var list: [Float]
    var named: [String: Double]
  }

  @Test(arguments: [false, true]) func numbersThatAreNotFiniteAreStringsAndComeBack(_ pretty: Bool) throws {
    let figures = Figures(lossRate: .infinity, list: [1.5, -.infinity, .nan], named: ["a/b": -.infinity])
    let text = try JSON.encode(figures, pretty: pretty)
    #expect(text.contains("\n") == pretty && text.contains("a/b"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["lossRate"] as? String == "inf" && (object["named"] as? [String: String]) == ["a/b": "-inf"])
    let list = try #require(object["list"] as? [Any])
    #expect(list[0] as? Double == 1.5 && list[1] as? String == "-inf" && list[2] as? String == "nan")
    let read = try JSON.decode(Figures.self, from: Data(text.utf8))
    #expect(
      read.lossRate == .infinity && read.list[0] == 1.5 && read.list[1] == -.infinity && read.list[2].isNaN
        && read.named == figures.named)
    #expect(throws: DecodingError.self) {
      try JSON.decode(Figures.self, from: Data(#"{"lossRate":"much","list":[],"named":{}}"#.utf8))
    }
    #expect(throws: DecodingError.self) {
      try JSON.decode(Figures.self, from: Data(#"{"lossRate":null,"list":[],"named":{}}"#.utf8))
    }
  }

  @Test func namesMayBeSnakes() throws {
    #expect(
      try JSON.encode(Figures(lossRate: 1, list: [], named: [:]), keys: .convertToSnakeCase)
        == #"{"list":[],"loss_rate":1,"named":{}}"#)
  }
}
