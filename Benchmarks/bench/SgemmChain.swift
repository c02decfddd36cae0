// SGEMM chain: the matrix products of the OpenBLAS backend alone, as a bound of its speed.

#if OpenBLAS

  import CRecurrentBLAS
  import RecurrentOpenBLASBackend
  import RecurrentCore

  /// The `cblas_sgemm` calls of the OpenBLAS backend for a problem of one layer, one direction and
  /// full lengths: the same shapes in the same order, with the same partition among threads,
  /// without gates and copies.
  final class SgemmChain: ParallelWork, Workload {
    private let problem: Problem
    private let pool: ThreadPool
    private let width: Int
    private let x, h, gates, gradient, inputWeight, recurrentWeight: [Float]
    private var backward = false

    init(_ problem: Problem, threads: Int) {
      self.problem = problem
      pool = ThreadPool(threads: threads)
      pool.keepTogether()
      OpenBLAS.prepareMemory(for: pool)
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
      inputWeight = random((width + 31) * (problem.input + 31), 4)
      recurrentWeight = random((width + 31) * (problem.hidden + 31), 5)
    }

    var workspaceBytes: Int { 0 }

    func callAsFunction() {
      let threads = openblas_get_num_threads()
      openblas_set_num_threads(1)
      let team = pool.enter()
      backward = false
      pool.run(self, team)
      if problem.mode == .training {
        backward = true
        pool.run(self, team)
      }
      pool.leave(team)
      openblas_set_num_threads(threads)
    }

    func run(member: Int, of members: Int) {
      let (T, B, I, H) = (problem.length, problem.batch, problem.input, problem.hidden)
      func pointer(_ array: [Float], _ offset: Int = 0) -> UnsafeMutablePointer<Float> {
        // The arrays outlive the call; every element has one writer; the values are irrelevant.
        array.withUnsafeBufferPointer { UnsafeMutablePointer(mutating: $0.baseAddress!) + offset }
      }
      /// The row stride of prepared weights, which is padded.
      func stride(_ columns: Int) -> Int { (columns + 15) / 16 * 16 + (columns % 256 == 0 ? 16 : 0) }
      func product(
        _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ lda: Int, _ aTransposed: Bool,
        _ b: UnsafeMutablePointer<Float>,
        _ ldb: Int, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
      ) {
        if m == 0 || n == 0 || k == 0 { return }
        cblas_sgemm(
          CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k),
          1e-3, a,
          blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
      }
      // A single member computes all gates in one product; several members compute some units of
      // each gate.
      let blocks = members == 1 ? 1 : width / H
      let columns = width / blocks / members
      /// The product for this member's columns of some rows of the gates.
      func gateProduct(
        _ m: Int, _ k: Int, _ a: UnsafeMutablePointer<Float>, _ weights: [Float], _ beta: Float,
        _ c: UnsafeMutablePointer<Float>
      ) {
        for block in 0..<blocks {
          let first = block * H + member * columns
          product(m, columns, k, a, k, false, pointer(weights, first), stride(width), beta, c + first, width)
        }
      }
      let (x, h, gates) = (pointer(x), pointer(h), pointer(gates))
      if !backward {
        // Training: the input product of all steps at once, with some rows for each member.
        // Inference: chunks of at most 128 rows, each followed by its steps.
        let isTraining = problem.mode == .training
        let chunk = isTraining ? T : max(1, min(T, 128 / B))
        if isTraining {
          let rows = T * B / members
          product(
            rows, width, I, x + member * rows * I, I, false, pointer(inputWeight), stride(width), 0,
            gates + member * rows * width, width)
        }
        for start in Swift.stride(from: 0, to: T, by: chunk) {
          let steps = min(chunk, T - start)
          if !isTraining { gateProduct(steps * B, I, x + start * B * I, inputWeight, 0, gates + start * B * width) }
          for step in start..<start + steps {
            gateProduct(B, H, h + step * B * H, recurrentWeight, 1, gates + step * B * width)
          }
        }
      } else {
        let units = H / members
        for step in Swift.stride(from: T - 1, through: 0, by: -1) {
          product(
            B, units, width, gates + step * B * width, width, false, pointer(recurrentWeight, member * units),
            stride(H), 0,
            h + step * B * H + member * units, H)
        }
        let (rows, share) = (T * B / members, width / members)
        let mine = gates + member * share
        product(share, I, T * B, mine, width, true, x, I, 1, pointer(gradient, member * share * I), I)
        product(share, H, T * B, mine, width, true, h, H, 1, pointer(gradient, member * share * H), H)
        product(
          rows, I, width, gates + member * rows * width, width, false, pointer(inputWeight), I, 0,
          x + member * rows * I, I)
      }
    }
  }

#endif
