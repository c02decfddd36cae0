/// The project's own small data sets, for when no other is given.
///
/// Each is what a file of the task's format would hold; `scripts/samples.py` writes them.
enum Samples {}
