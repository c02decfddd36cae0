// The built-in data sets, one small one for each system.

import CRecurrentSamples

/// The built-in data sets, for tasks without `--data`: training and test data of each system.
///
/// Each is what a file of the task's format would hold.
package enum Samples {
  package static let names = String(cString: recurrent_sample_names())
  package static let namesTest = String(cString: recurrent_sample_names_test())
  package static let charlm = String(cString: recurrent_sample_charlm())
  package static let charlmTest = String(cString: recurrent_sample_charlm_test())
  package static let sentiment = String(cString: recurrent_sample_sentiment())
  package static let sentimentTest = String(cString: recurrent_sample_sentiment_test())
  package static let tagger = String(cString: recurrent_sample_tagger())
  package static let taggerTest = String(cString: recurrent_sample_tagger_test())
  package static let translateSource = String(cString: recurrent_sample_translate_source())
  package static let translateTarget = String(cString: recurrent_sample_translate_target())
  package static let translateTestSource = String(cString: recurrent_sample_translate_test_source())
  package static let translateTestTarget = String(cString: recurrent_sample_translate_test_target())
  package static let caption = String(cString: recurrent_sample_caption())
  package static let captionTest = String(cString: recurrent_sample_caption_test())
}
