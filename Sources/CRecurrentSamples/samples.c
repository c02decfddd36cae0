// The built-in data sets: the files of data/, which scripts/samples.py writes.
//
// They are part of the program, which runs from any folder as one file. C embeds them in
// milliseconds; SwiftPM's `.embedInCode` writes them as [UInt8] literals, which took the Swift
// compiler 70 seconds to compile (26 in a release build; two cores, Swift 6.3.1).

#include "CRecurrentSamples.h"

// #embed is of C23; clang 19 and later take it in all of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define SAMPLE(NAME) \
  const char *recurrent_sample_##NAME(void) { return (const char *)NAME; }

static const unsigned char names[] = {
#embed "data/names.tsv" suffix(, 0)
};
SAMPLE(names)

static const unsigned char names_test[] = {
#embed "data/names-test.tsv" suffix(, 0)
};
SAMPLE(names_test)

static const unsigned char charlm[] = {
#embed "data/charlm.txt" suffix(, 0)
};
SAMPLE(charlm)

static const unsigned char charlm_test[] = {
#embed "data/charlm-test.txt" suffix(, 0)
};
SAMPLE(charlm_test)

static const unsigned char sentiment[] = {
#embed "data/sentiment.tsv" suffix(, 0)
};
SAMPLE(sentiment)

static const unsigned char sentiment_test[] = {
#embed "data/sentiment-test.tsv" suffix(, 0)
};
SAMPLE(sentiment_test)

static const unsigned char tagger[] = {
#embed "data/tagger.conllu" suffix(, 0)
};
SAMPLE(tagger)

static const unsigned char tagger_test[] = {
#embed "data/tagger-test.conllu" suffix(, 0)
};
SAMPLE(tagger_test)

static const unsigned char translate_source[] = {
#embed "data/translate-source.txt" suffix(, 0)
};
SAMPLE(translate_source)

static const unsigned char translate_target[] = {
#embed "data/translate-target.txt" suffix(, 0)
};
SAMPLE(translate_target)

static const unsigned char translate_test_source[] = {
#embed "data/translate-test-source.txt" suffix(, 0)
};
SAMPLE(translate_test_source)

static const unsigned char translate_test_target[] = {
#embed "data/translate-test-target.txt" suffix(, 0)
};
SAMPLE(translate_test_target)

static const unsigned char caption[] = {
#embed "data/caption.csv" suffix(, 0)
};
SAMPLE(caption)

static const unsigned char caption_test[] = {
#embed "data/caption-test.csv" suffix(, 0)
};
SAMPLE(caption_test)
