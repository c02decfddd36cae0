// The matrix products of the OpenBLAS backend and nothing else: how fast it could be at most.

#if OpenBLAS

  import CBLAS
  import RecurrentCore

  /// A bare chain of the `cblas_sgemm` calls that the OpenBLAS backend makes for a problem of one layer, one direction and
  /// full lengths: the same shapes, in the same order, divided among the threads in the same way; no gates, no copies.
  final class SgemmChain: ParallelWork {
    private let problem: Problem
    private let pool: ThreadPool
    private let width: Int
    private let x, h, gates, gradient, inputWeight, recurrentWeight: [Float]
    private var backward = false

    init(_ problem: Problem, threads: Int) {
      self.problem = problem
      pool = ThreadPool(threads: threads)
      let cell = problem.configuration.cell
      width = cell.gates * problem.hidden
      let rows = problem.length * problem.batch
      func random(_ count: Int, _ stream: UInt64) -> [Float] {
        var stream = RandomStream(seed: 3, stream: stream)
        return (0..<max(1, count)).map { _ in stream.uniform(in: -0.1...0.1) }
      }
      x = random(rows * problem.input, 0)
      h = random(rows * problem.hidden, 1)
      gates = random(rows * width, 2)
      gradient = random(max(rows * max(problem.input, problem.hidden), width * max(problem.input, problem.hidden)), 3)
      inputWeight = random(width * problem.input, 4)
      recurrentWeight = random(width * problem.hidden, 5)
    }

    func callAsFunction() {
      let threads = openblas_get_num_threads()
      openblas_set_num_threads(1)
      let members = pool.enter()
      backward = false
      pool.run(self, members: members)
      if problem.mode == .training {
        backward = true
        pool.run(self, members: members)
      }
      pool.leave(members)
      openblas_set_num_threads(threads)
    }

    func run(member: Int, of members: Int) {
      let (T, B, I, H) = (problem.length, problem.batch, problem.input, problem.hidden)
      let batch = B * (member + 1) / members - B * member / members
      let rows = T * batch
      func pointer(_ array: [Float], _ offset: Int) -> UnsafeMutablePointer<Float> {
        // Arrays of a class that lives as long as the call; every element has one writer, and values do not matter.
        array.withUnsafeBufferPointer { UnsafeMutablePointer(mutating: $0.baseAddress!) + offset }
      }
      let first = T * (B * member / members)
      let (x, h, gates) = (pointer(x, first * I), pointer(h, first * H), pointer(gates, first * width))
      let (w, u) = (pointer(inputWeight, 0), pointer(recurrentWeight, 0))
      func product(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ aTransposed: Bool, _ b: UnsafeMutablePointer<Float>,
        _ ldb: Int, _ bTransposed: Bool, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
      ) {
        if m == 0 || n == 0 || k == 0 { return }
        cblas_sgemm(
          CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, blasint(m), blasint(n),
          blasint(k), 1e-3, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
      }
      if !backward {
        // Training: all steps at once. Inference: chunks of at most 128 rows, each followed by its steps.
        let chunk = problem.mode == .training ? T : max(1, min(T, 128 / max(1, batch)))
        for start in stride(from: 0, to: T, by: chunk) {
          let steps = min(chunk, T - start)
          product(steps * batch, width, I, x + start * batch * I, I, false, w, I, true, 0, gates + start * batch * width, width)
          for step in start..<start + steps {
            product(batch, width, H, h + step * batch * H, H, false, u, H, true, 1, gates + step * batch * width, width)
          }
        }
      } else {
        for step in stride(from: T - 1, through: 0, by: -1) {
          product(batch, H, width, gates + step * batch * width, width, false, u, H, false, 0, h + step * batch * H, H)
        }
        let share = width / members
        let all = pointer(self.gates, member * share)
        product(share, I, T * B, all, width, true, pointer(self.x, 0), I, false, 1, pointer(gradient, member * share * I), I)
        product(share, H, T * B, all, width, true, pointer(self.h, 0), H, false, 1, pointer(gradient, member * share * H), H)
        product(rows, I, width, gates, width, false, w, I, false, 0, x, I)
      }
    }
  }

#endif
