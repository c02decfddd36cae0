#!/usr/bin/env python3
"""The six systems in PyTorch, to train beside ours: seconds per epoch, and metrics on test data.

Usage: systems.py TASK --data PATH [--test PATH] [--epochs N] [--seed N] [--threads N] [--limit N]
       systems.py names --data FOLDER [--test FOLDER] [--cell rnn|lstm|gru] ...
       systems.py translate --source FILE --target FILE [--test-source FILE --test-target FILE] ...

  TASK       PATH                                                                      figures of the test
  names      a folder with a .txt for each class, a name a line                        accuracy, macro_f1
  charlm     a text                                                                    nats_per_character
  sentiment  a TSV with a header: id, document, label                                  accuracy
  tagger     CoNLL-U: forms and universal parts of speech                              accuracy (of words)
  translate  (two files) a sentence a line, the two files in step, tokens by spaces    bleu (0 to 100), perplexity
  caption    a CSV: 64 pixels of 0 to 16, and the digit                                exact_match

Prints a line of JSON after each epoch: task, epoch, seconds, loss (the mean over samples, characters or words, with dropout), and the
figures. The seconds are those of training, of which making the batches from tensors in memory is a part; reading the data and testing
are not. The first epoch pays for what PyTorch sets up for each new shape. --limit trains on that many samples, drawn by the seed (for
charlm: on that many characters from the start).

Rows of different lengths are padded, in batches of similar lengths, and not packed: PyTorch runs a packed batch step by step, without
oneDNN's LSTM. Both were tried for every task: see what stands at each. (Compared by processor time on one thread, each in turn.)

Times are worth something on a machine that does nothing else: PyTorch's threads wait for each other, and where there are more threads
than free cores an epoch can take ten times as long.
"""
import argparse
import collections
import json
import math
import pathlib
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

PADDING, UNKNOWN, BEGIN, END = range(4)


# Data


def lines(path):
    # Not splitlines, nor universal newlines: text has other characters that they would cut at.
    with open(path, encoding="utf-8", newline="") as file:
        return file.read().removesuffix("\n").split("\n")


def vocabulary(sequences, times=1):
    """Numbers, from 4 on, of what occurs that many times or more."""
    counts = collections.Counter(token for sequence in sequences for token in sequence)
    return {token: number for number, token in enumerate((t for t, count in counts.items() if count >= times), 4)}


def encode(sequence, numbers):
    return [numbers.get(token, UNKNOWN) for token in sequence]


class Rows:
    """Sequences of numbers in one padded tensor, from which a batch is a matter of indexing."""

    def __init__(self, sequences):
        self.lengths = torch.tensor([len(sequence) for sequence in sequences])
        self.padded = torch.full((len(sequences), int(self.lengths.max())), PADDING)
        for row, sequence in zip(self.padded, sequences):
            row[:len(sequence)] = torch.tensor(sequence)

    def batch(self, samples):
        """[T, B], time first, which is what the recurrent layers work in; and the lengths."""
        lengths = self.lengths[samples]
        return self.padded[samples, :int(lengths.max())].t().contiguous(), lengths


def bucketed(lengths, size):
    """Batches of similar lengths in a random order, as Batches.bucketed makes them: sorted in groups of a hundred batches."""
    batches = []
    for group in torch.randperm(len(lengths)).split(100 * size):
        batches += group[lengths[group].argsort(stable=True)].split(size)
    return [batches[i] for i in torch.randperm(len(batches))]


def in_order_of_length(lengths, size=256):
    return lengths.argsort(stable=True).split(size)


# Layers


def mask(steps, lengths):
    """[T, B]: the steps that are not padding."""
    return torch.arange(steps)[:, None] < lengths


def turn(steps, lengths):
    """[T·B]: where each row of a padded [T, B, ...] comes from when each sequence is turned round and its padding stays behind it."""
    step, batch = torch.arange(steps)[:, None], len(lengths)
    return (torch.where(step < lengths, lengths - 1 - step, step) * batch + torch.arange(batch)).flatten()


def rearranged(x, places):
    # index_select, for its gradient takes an eighth of the time of that of x[...].
    return x.flatten(0, 1).index_select(0, places).view_as(x)


def last(y, lengths):
    """[B, H]: a padded sequence's outputs at its last steps."""
    return y.flatten(0, 1).index_select(0, (lengths - 1) * y.shape[1] + torch.arange(y.shape[1]))


class BothWays(nn.Module):
    """A bidirectional layer over padded sequences: two layers of one direction each, the second over the sequences turned round.

    (A bidirectional nn.LSTM of a padded batch would read the padding first on the way back.) The outputs of the second are left
    turned round: who needs them in step with the first's turns them.
    """

    def __init__(self, kind, input, hidden):
        super().__init__()
        self.forth, self.back = kind(input, hidden), kind(input, hidden)

    def forward(self, x, places):
        return self.forth(x)[0], self.back(rearranged(x, places))[0]


# Systems. Each has its data, a model, the batches of an epoch, the loss of a batch with the number of things that it is the mean of,
# and the test. `clip` and so on are the settings of its training.


class Names(nn.Module):
    # All three cells are fastest padded, in batches of similar lengths. Packed takes a tenth more (GRU a sixth). Batches of any lengths
    # take 1.4 to 1.5 times as long padded, and packed 1.25 times, or for the LSTM twice.

    epochs, rate, clip = 12, 2e-3, 5

    def __init__(self, options):
        super().__init__()
        self.classes = sorted(path.stem for path in pathlib.Path(options.data).glob("*.txt"))
        samples = limited(self.read(options.data), options)
        self.letters = vocabulary(name for name, _ in samples)
        self.training_set = self.prepare(samples)
        self.test_set = options.test and self.prepare(self.read(options.test))
        self.embedding = nn.Embedding(4 + len(self.letters), 64)
        self.recurrent = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[options.cell](64, 128)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, len(self.classes)))

    def read(self, folder):
        return [(name, path.stem) for path in sorted(pathlib.Path(folder).glob("*.txt")) for name in lines(path) if name]

    def prepare(self, samples):
        return (Rows([encode(name, self.letters) for name, _ in samples]),
                torch.tensor([self.classes.index(label) if label in self.classes else -1 for _, label in samples]))

    def forward(self, letters, lengths):
        return self.head(last(self.recurrent(self.embedding(letters))[0], lengths))

    def batches(self):
        return bucketed(self.training_set[0].lengths, 64)

    def loss(self, samples):
        names, labels = self.training_set
        return F.cross_entropy(self(*names.batch(samples)), labels[samples]), len(samples)

    def test(self):
        names, labels = self.test_set
        predicted = torch.empty_like(labels)
        for samples in in_order_of_length(names.lengths):
            predicted[samples] = self(*names.batch(samples)).argmax(1)
        scores = []
        for label in range(len(self.classes)):
            right = int(((predicted == label) & (labels == label)).sum())
            both = int((predicted == label).sum() + (labels == label).sum())
            if both:  # a class that is neither there nor predicted has no F1
                scores.append(2 * right / both)
        return {"accuracy": (predicted == labels).float().mean().item(), "macro_f1": sum(scores) / len(scores)}


class CharacterModel(nn.Module):
    # No padding. Two layers in one nn.LSTM take the time of two modules.

    epochs, rate, clip = 6, 2e-3, 5
    streams, steps = 32, 64

    def __init__(self, options):
        super().__init__()
        text = self.read(options.data)[:options.limit]
        self.characters = vocabulary(text)
        text = torch.tensor(encode(text, self.characters))
        # The same streams in every epoch. What is left over at the end is left out.
        length = (len(text) - 1) // self.streams
        if length < 1:
            sys.exit(f"systems.py: {len(text)} characters are too few for {self.streams} streams")
        self.tokens, self.targets = (
            text[offset:offset + length * self.streams].view(self.streams, length).t().contiguous() for offset in (0, 1))
        self.test_text = options.test and torch.tensor(encode(self.read(options.test), self.characters))
        count = 4 + len(self.characters)
        self.embedding = nn.Embedding(count, 64)
        self.recurrent = nn.LSTM(64, 256, num_layers=2, dropout=0.2)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(256, count))

    def read(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()

    def forward(self, tokens, state):
        y, state = self.recurrent(self.embedding(tokens), state)
        return self.head(y).flatten(0, 1), state

    def batches(self):
        self.state = None
        return range(0, len(self.tokens), self.steps)

    def loss(self, start):
        targets = self.targets[start:start + self.steps].flatten()
        logits, state = self(self.tokens[start:start + self.steps], self.state)
        self.state = tuple(part.detach() for part in state)
        return F.cross_entropy(logits, targets), len(targets)

    def test(self):
        # One stream from the start to the end.
        tokens, state, total = self.test_text, None, 0
        for start in range(0, len(tokens) - 1, 1024):
            targets = tokens[start + 1:start + 1025]
            logits, state = self(tokens[start:start + len(targets), None], state)
            total += F.cross_entropy(logits, targets, reduction="sum").item()
        return {"nats_per_character": total / (len(tokens) - 1)}


class Sentiment(nn.Module):
    # Packed, an epoch takes three times as long.

    epochs, rate, clip = 4, 1e-3, None

    def __init__(self, options):
        super().__init__()
        samples = limited(self.read(options.data), options)
        self.characters = vocabulary((document for document, _ in samples), times=2)
        self.training_set = self.prepare(samples)
        self.test_set = options.test and self.prepare(self.read(options.test))
        self.embedding = nn.Embedding(4 + len(self.characters), 96)
        self.recurrent = BothWays(nn.LSTM, 96, 128)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(512, 2))

    def read(self, path):
        fields = (line.removesuffix("\r").split("\t") for line in lines(path)[1:])
        return [(document, int(label)) for _, document, label in fields if document]

    def prepare(self, samples):
        return Rows([encode(document, self.characters) for document, _ in samples]), torch.tensor([label for _, label in samples])

    def forward(self, characters, lengths):
        steps = len(characters)
        # Maximum and mean do not mind that the second direction's outputs are turned round.
        y = torch.cat(self.recurrent(self.embedding(characters), turn(steps, lengths)), 2)
        valid = mask(steps, lengths)[:, :, None]
        greatest = y.masked_fill(~valid, -math.inf).amax(0)
        mean = (y * valid).sum(0) / lengths[:, None]
        return self.head(torch.cat([greatest, mean], 1))

    def batches(self):
        return bucketed(self.training_set[0].lengths, 64)

    def loss(self, samples):
        documents, labels = self.training_set
        return F.cross_entropy(self(*documents.batch(samples)), labels[samples]), len(samples)

    def test(self):
        documents, labels = self.test_set
        right = sum(int((self(*documents.batch(samples)).argmax(1) == labels[samples]).sum())
                    for samples in in_order_of_length(documents.lengths))
        return {"accuracy": right / len(labels)}


class Tagger(nn.Module):
    # Padded, in batches of sentences of similar lengths. Batches of any lengths take a fifth more, and sentences and words packed nearly
    # twice as long. The lengths of words differ more than a batch of sentences can even out: see `spelled`.

    epochs, rate, clip = 12, 2e-3, 5

    def __init__(self, options):
        super().__init__()
        training = limited(self.read(options.data), options)
        test = self.read(options.test) if options.test else []
        forms = [[form for form, _ in sentence] for sentence in training]
        words, characters = vocabulary(forms, times=2), vocabulary(form for sentence in forms for form in sentence)
        tags = {tag: number for number, tag in enumerate(sorted({tag for sentence in training for _, tag in sentence}))}
        # Every form that there is, in training or in the test, with its characters and its number as a word.
        self.forms = {form: number for number, form in enumerate({form: 0 for s in training + test for form, _ in s})}
        self.spelling = Rows([encode(form, characters) for form in self.forms])
        self.words = torch.tensor(encode(self.forms, words))
        self.training_set, self.test_set = self.prepare(training, tags), test and self.prepare(test, tags)
        self.word_embedding = nn.Embedding(4 + len(words), 100)
        self.character_embedding = nn.Embedding(4 + len(characters), 32)
        self.speller = BothWays(nn.LSTM, 32, 48)
        self.recurrent = BothWays(nn.LSTM, 196, 128)
        self.dropout = nn.Dropout(0.4)
        self.output = nn.Linear(256, len(tags))

    def read(self, path):
        sentences = [[]]
        for line in lines(path):
            fields = line.removesuffix("\r").split("\t")
            if len(fields) > 3 and fields[0].isdigit():  # not 3-4, nor 5.1, nor a comment
                sentences[-1].append((fields[1], fields[3]))
            elif not fields[0]:
                sentences.append([])
        return [sentence for sentence in sentences if sentence]

    def prepare(self, sentences, tags):
        return (Rows([[self.forms[form] for form, _ in sentence] for sentence in sentences]),
                Rows([[tags.get(tag, -1) for _, tag in sentence] for sentence in sentences]))

    def spelled(self, forms):
        """[words, 96]: the final states of both directions over the characters.

        In three parts by length, so that one long word does not pad all: a batch takes four fifths of the time of words padded
        together, or packed. (A form is spelled as often as it occurs. Spelling each form of a batch once has the same result and takes
        a little less, but is another algorithm, to be had by either side.)
        """
        order = self.spelling.lengths[forms].argsort()
        spelled = []
        for part in order.chunk(3):
            characters, lengths = self.spelling.batch(forms[part])
            y = self.speller(self.character_embedding(characters), turn(len(characters), lengths))
            spelled.append(torch.cat([last(direction, lengths) for direction in y], 1))
        return torch.cat(spelled).index_select(0, order.argsort())

    def forward(self, forms, lengths):
        """The tags' scores of the words alone, without padding, and where in [T·B] they are."""
        steps, batch = forms.shape
        there = mask(steps, lengths).flatten().nonzero().flatten()
        words = self.words[forms]
        if self.training:
            words = words.masked_fill(torch.rand(words.shape) < 0.15, UNKNOWN)
        spelled = torch.zeros(steps * batch, 96).index_copy(0, there, self.spelled(forms.flatten()[there]))
        x = self.dropout(torch.cat([self.word_embedding(words), spelled.view(steps, batch, 96)], 2))
        places = turn(steps, lengths)
        forth, back = (y.flatten(0, 1) for y in self.recurrent(x, places))
        y = torch.cat([forth.index_select(0, there), back.index_select(0, places[there])], 1)
        return self.output(self.dropout(y)), there

    def batches(self):
        return bucketed(self.training_set[0].lengths, 16)

    def results(self, data, samples):
        sentences, tags = data
        scores, there = self(*sentences.batch(samples))
        return scores, tags.batch(samples)[0].flatten()[there]

    def loss(self, samples):
        scores, tags = self.results(self.training_set, samples)
        return F.cross_entropy(scores, tags), len(tags)

    def test(self):
        right = 0
        for samples in in_order_of_length(self.test_set[0].lengths, 64):
            scores, tags = self.results(self.test_set, samples)
            right += int((scores.argmax(1) == tags).sum())
        return {"accuracy": right / int(self.test_set[0].lengths.sum())}


class Translation(nn.Module):
    # PyTorch runs a GRU step by step in any case. With the encoder or the decoder packed the time is the same to three hundredths.

    epochs, rate, clip = 8, 1e-3, 1

    def __init__(self, options):
        super().__init__()
        pairs = limited(self.read(options.source, options.target), options)
        self.source, self.target = (vocabulary(side, times=3) for side in zip(*pairs))
        self.target_words = ["", "<unk>", "", "", *self.target]
        self.training_set = self.prepare(pairs)
        if options.test:
            test = self.read(options.test_source, options.test_target)
            self.test_set, self.references = self.prepare(test), [target for _, target in test]
        self.source_embedding = nn.Embedding(4 + len(self.source), 192)
        self.target_embedding = nn.Embedding(4 + len(self.target), 192)
        self.encoder = BothWays(nn.GRU, 192, 128)
        self.bridge = nn.Linear(256, 256)
        self.decoder = nn.GRU(192, 256)
        self.general = nn.Linear(256, 256, bias=False)
        self.combine = nn.Linear(512, 256)
        self.output = nn.Linear(256, 4 + len(self.target))
        self.dropout = nn.Dropout(0.3)

    def read(self, source, target):
        sides = [[[word for word in line.split(" ") if word] for line in lines(path)] for path in (source, target)]
        if len(sides[0]) != len(sides[1]):
            sys.exit(f"systems.py: {source} has {len(sides[0])} lines, {target} {len(sides[1])}")
        return [pair for pair in zip(*sides) if all(pair)]

    def prepare(self, pairs):
        return (Rows([encode(source, self.source) for source, _ in pairs]),
                Rows([[BEGIN, *encode(target, self.target), END] for _, target in pairs]))

    def encode(self, source, lengths):
        """The decoder's first state, and the encoder's outputs as keys and as values: [B, S, 256], with the mask [B, 1, S]."""
        places = turn(len(source), lengths)
        forth, back = self.encoder(self.dropout(self.source_embedding(source)), places)
        state = torch.tanh(self.bridge(torch.cat([last(forth, lengths), last(back, lengths)], 1)))
        values = torch.cat([forth, rearranged(back, places)], 2).transpose(0, 1)
        return state[None], (self.general(values), values, mask(len(source), lengths).t()[:, None])

    def decode(self, target, state, memory):
        """Outputs with contexts, [T, B, 512], over all of the target at once."""
        y, state = self.decoder(self.dropout(self.target_embedding(target)), state)
        keys, values, valid = memory
        context = F.scaled_dot_product_attention(y.transpose(0, 1), keys, values, attn_mask=valid, scale=1.0)
        return torch.cat([y, context.transpose(0, 1)], 2), state

    def scores(self, y):
        return self.output(self.dropout(torch.tanh(self.combine(y))))

    def batches(self):
        # By the source, and among sources of a length by the target.
        source, target = self.training_set
        return bucketed(source.lengths * 1000 + target.lengths, 64)

    def results(self, data, samples):
        (source, lengths), (target, target_lengths) = (side.batch(samples) for side in data)
        y, _ = self.decode(target[:-1], *self.encode(source, lengths))
        # The vocabulary is most of the work: padding does not get so far.
        there = mask(len(target) - 1, target_lengths - 1).flatten().nonzero().flatten()
        return self.scores(y.flatten(0, 1).index_select(0, there)), target[1:].flatten()[there]

    def loss(self, samples):
        scores, targets = self.results(self.training_set, samples)
        return F.cross_entropy(scores, targets), len(targets)

    def greedy(self, source, lengths, longest=50):
        state, memory = self.encode(source, lengths)
        token, words = torch.full((1, len(lengths)), BEGIN), []
        ended = torch.zeros(len(lengths), dtype=torch.bool)
        for _ in range(longest):
            y, state = self.decode(token, state, memory)
            token = self.scores(y).argmax(2)
            words.append(token[0])
            ended |= token[0] == END
            if ended.all():
                break
        for row in torch.stack(words, 1).tolist():
            yield [self.target_words[word] for word in (row[:row.index(END)] if END in row else row)]

    def test(self):
        total, count, outputs = 0, 0, [None] * len(self.references)
        for samples in in_order_of_length(self.test_set[0].lengths, 128):
            scores, targets = self.results(self.test_set, samples)
            total, count = total + F.cross_entropy(scores, targets, reduction="sum").item(), count + len(targets)
            for sample, words in zip(samples.tolist(), self.greedy(*self.test_set[0].batch(samples))):
                outputs[sample] = words
        return {"bleu": bleu(outputs, self.references), "perplexity": math.exp(total / count)}


def bleu(outputs, references, longest=4):
    """BLEU of a corpus with one reference for each output, unsmoothed, from 0 to 100."""
    matches, totals = [0] * longest, [0] * longest
    for output, reference in zip(outputs, references):
        for n in range(1, longest + 1):
            ours, theirs = (collections.Counter(zip(*(words[i:] for i in range(n)))) for words in (output, reference))
            matches[n - 1] += (ours & theirs).total()
            totals[n - 1] += ours.total()
    if 0 in matches:
        return 0.0
    brevity = min(0.0, 1 - sum(map(len, references)) / sum(map(len, outputs)))
    return 100 * math.exp(brevity + sum(math.log(m / t) for m, t in zip(matches, totals)) / longest)


class Caption(nn.Module):
    # Padded to six steps, of which a word takes four to six.

    epochs, rate, clip = 30, 2e-3, None
    digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

    def __init__(self, options):
        super().__init__()
        self.letters = vocabulary(self.digits)
        self.spelling = Rows([[BEGIN, *encode(digit, self.letters), END] for digit in self.digits]).padded
        self.training_set = self.prepare(limited(self.read(options.data), options))
        self.test_set = options.test and self.prepare(self.read(options.test))
        count = 4 + len(self.letters)
        self.image = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 256))
        self.embedding = nn.Embedding(count, 32)
        self.decoder = nn.LSTM(32, 128)
        self.output = nn.Linear(128, count)

    def read(self, path):
        return [[float(field) for field in line.split(",")] for line in lines(path) if line]

    def prepare(self, samples):
        table = torch.tensor(samples)
        return (table[:, :64] / 16).contiguous(), table[:, 64].long()

    def start(self, pixels):
        """The hidden and the cell state."""
        return tuple(part.contiguous() for part in self.image(pixels)[None].chunk(2, 2))

    def batches(self):
        return torch.randperm(len(self.training_set[1])).split(32)

    def loss(self, samples):
        pixels, labels = self.training_set
        word = self.spelling[labels[samples]].t().contiguous()
        y, _ = self.decoder(self.embedding(word[:-1]), self.start(pixels[samples]))
        targets = word[1:].flatten()
        loss = F.cross_entropy(self.output(y).flatten(0, 1), targets, ignore_index=PADDING)
        return loss, int((targets != PADDING).sum())

    def test(self):
        pixels, labels = self.test_set
        state, letter, written = self.start(pixels), torch.full((1, len(labels)), BEGIN), []
        for _ in range(self.spelling.shape[1] - 1):
            y, state = self.decoder(self.embedding(letter), state)
            letter = self.output(y).argmax(2)
            written.append(letter[0])
        written, expected = torch.stack(written, 1), self.spelling[labels, 1:]
        # What comes after the end does not count.
        right = ((written == expected) | (expected == PADDING)).all(1)
        return {"exact_match": right.float().mean().item()}


def limited(samples, options):
    if not samples:
        sys.exit("systems.py: no samples in the data")
    if options.limit is None or options.limit >= len(samples):
        return samples
    return [samples[i] for i in torch.randperm(len(samples))[:options.limit].tolist()]


def train(system, optimizer):
    """Trains for an epoch. Returns its seconds and the mean loss."""
    total, count = 0.0, 0
    system.train()
    start = time.perf_counter()
    for batch in system.batches():
        optimizer.zero_grad()
        loss, items = system.loss(batch)
        loss.backward()
        if system.clip:
            nn.utils.clip_grad_norm_(system.parameters(), system.clip)
        optimizer.step()
        total, count = total + loss.item() * items, count + items
    return time.perf_counter() - start, total / count


def main():
    systems = {"names": Names, "charlm": CharacterModel, "sentiment": Sentiment, "tagger": Tagger, "translate": Translation,
               "caption": Caption}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=systems)
    for option in ("data", "test", "source", "target", "test-source", "test-target"):
        parser.add_argument("--" + option, metavar="PATH")
    parser.add_argument("--cell", choices=["rnn", "lstm", "gru"], default="lstm", help="the cell of names (lstm)")
    parser.add_argument("--epochs", type=int, metavar="N", help="those of the task, unless given")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--limit", type=int, metavar="N")
    options = parser.parse_args()
    if options.task == "translate":
        if not options.source or not options.target or bool(options.test_source) != bool(options.test_target):
            parser.error("translate needs --source and --target, and --test-source and --test-target or neither")
        options.test = options.test_source
    elif not options.data:
        parser.error(f"{options.task} needs --data")

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    system = systems[options.task](options)
    # fused: an update takes less than half of the time.
    optimizer = torch.optim.Adam(system.parameters(), lr=system.rate, fused=True)
    for epoch in range(1, 1 + (system.epochs if options.epochs is None else options.epochs)):
        seconds, loss = train(system, optimizer)
        line = {"task": options.task, "epoch": epoch, "seconds": round(seconds, 4), "loss": loss}
        if options.test:
            system.eval()
            with torch.inference_mode():
                line |= system.test()
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
