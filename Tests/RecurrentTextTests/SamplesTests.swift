// The built-in data sets.

import Recurrent
import Testing

@Suite struct SamplesTests {
  /// Each text is the one of which this hash (FNV-1a, 64 bits) was taken: the figures of the
  /// documentation are of these data.
  @Test func theTextsAreThoseOfTheFiles() {
    let expected: [(text: String, bytes: Int, hash: UInt64)] = [
      (Samples.names, 5465, 0xcdc8_7cce_ea57_589c),
      (Samples.namesTest, 1392, 0xfc5b_c024_4d83_7f33),
      (Samples.charlm, 15591, 0x0bec_c6d1_e450_f2a1),
      (Samples.charlmTest, 3112, 0x6050_949e_de99_8ab0),
      (Samples.sentiment, 15361, 0xa326_5a08_4b39_b621),
      (Samples.sentimentTest, 4040, 0x1d48_ea77_35c2_9f5b),
      (Samples.tagger, 47950, 0xaf82_3b21_d514_a8e6),
      (Samples.taggerTest, 12699, 0x085b_6cbe_f32d_10bc),
      (Samples.translateSource, 19820, 0xc1cb_baf1_bc27_fc92),
      (Samples.translateTarget, 17627, 0x183b_e891_d53b_218e),
      (Samples.translateTestSource, 2200, 0x60a2_d5eb_f62c_1e47),
      (Samples.translateTestTarget, 1922, 0xf600_d37f_90e3_a97a),
      (Samples.caption, 27518, 0x088f_0dc7_01c1_830b),
      (Samples.captionTest, 6972, 0x58ea_7a5f_87d0_2cb6),
    ]
    for (index, (text, bytes, hash)) in expected.enumerated() {
      #expect(text.utf8.count == bytes, "text \(index)")
      let found = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      #expect(found == hash, "text \(index)")
    }
  }
}
