import Recurrent
for name in ["swift", "openblas"] { for threads in [1, 2] {
let backend = try! Backends.make(name, threads: threads)
for p in CommandLine.arguments.dropFirst() {
  let f = try! Fixture(contentsOf: p)
  let d = f.deviations(on: backend)
  let w = d.max { $0.error / $0.tolerance < $1.error / $1.tolerance }!
  let bad = d.filter { !$0.isWithinTolerance }
  if !bad.isEmpty { print(name, threads, p, w, bad.map(\.name)) } else { print(name, threads, "ok", w.error / w.tolerance) }
} } }
