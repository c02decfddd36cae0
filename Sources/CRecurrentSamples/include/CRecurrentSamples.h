// The built-in data sets: what a file of the task's format would hold, as UTF-8 text that
// ends with a zero byte.
#ifndef RECURRENT_SAMPLES_H
#define RECURRENT_SAMPLES_H

/// Surnames and the language each is from, separated by a tab.
const char *recurrent_sample_names(void);
const char *recurrent_sample_names_test(void);

/// Short tales with dialogue, in lines of up to 60 characters.
const char *recurrent_sample_charlm(void);
const char *recurrent_sample_charlm_test(void);

/// Remarks, bad (0) or good (1), as in NSMC: id, document and label, separated by tabs.
const char *recurrent_sample_sentiment(void);
const char *recurrent_sample_sentiment_test(void);

/// Sentences in CoNLL-U, with words whose tag depends on their place.
const char *recurrent_sample_tagger(void);
const char *recurrent_sample_tagger_test(void);

/// German sentences, and line by line the English ones.
const char *recurrent_sample_translate_source(void);
const char *recurrent_sample_translate_target(void);
const char *recurrent_sample_translate_test_source(void);
const char *recurrent_sample_translate_test_target(void);

/// Images of digits, a line each: 64 pixels of 0 to 16, row by row, and the digit.
const char *recurrent_sample_caption(void);
const char *recurrent_sample_caption_test(void);

#endif
