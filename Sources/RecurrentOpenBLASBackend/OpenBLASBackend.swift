// The OpenBLAS backend: matrix products by sgemm and sgemv, on one thread each within our own
// parallel loops.

#if OpenBLAS

  import CRecurrentBLAS
  import RecurrentNativeKernels
  import RecurrentCore

  /// The backend that computes matrix products with OpenBLAS.
  ///
  /// The same input gives the same bits run after run, but not necessarily with another number of
  /// threads: OpenBLAS may choose another kernel for another division of the work.
  public struct OpenBLASBackend: Backend {
    /// "openblas".
    public let name = "openblas"
    /// The threads that layers run on.
    public let pool: ThreadPool

    /// Creates the backend.
    ///
    /// - Parameter pool: the threads that layers run on.
    /// - Throws: `RecurrentError.unavailableBackend` if:
    ///   - OpenBLAS is not installed;
    ///   - a small product is wrong, since some builds of OpenBLAS choose kernels that the
    ///     processor does not execute correctly;
    ///   - `ulimit -v` leaves too little address space for its buffers.
    ///
    ///   `RecurrentError.invalidOption` if `RECURRENT_ISA` names an instruction set that this
    ///   processor lacks.
    public init(pool: ThreadPool) throws(RecurrentError) {
      self.pool = pool
      if let reason = OpenBLAS.missing { throw .unavailableBackend("openblas", reason: reason, available: []) }
      if let reason = OpenBLAS.lackOfMemory(for: pool) {
        throw .unavailableBackend("openblas", reason: reason, available: [])
      }
      let instructionSet = try InstructionSet.chosen()
      gates = NativeGateKernels(instructionSet)
      dense = NativeDenseKernels(instructionSet)
      if let reason = OpenBLAS.selfTest {
        throw .unavailableBackend("openblas", reason: reason, available: [])
      }
      pool.keepDivision()
      OpenBLAS.prepareMemory(for: pool)
    }

    /// The gate kernels in C.
    public let gates: any GateKernels
    /// The dense kernels in C.
    public let dense: any DenseKernels

    /// Limits OpenBLAS to one thread until the last call in progress ends.
    public func begin() { OpenBLAS.limit.begin() }
    /// Restores OpenBLAS's number of threads if no other call is in progress.
    public func end() { OpenBLAS.limit.end() }

    /// True: sgemm packs the matrix at every call, which takes 15 to 60 us of 100 us for an LSTM of
    /// 256 units and 16 rows.
    public var packsEveryTime: Bool { true }

    /// Copies a matrix [K, N], with its rows `stride(N)` apart.
    public func prepare(_ matrix: MatrixView) -> PreparedMatrix {
      let stride = OpenBLASBackend.stride(matrix.columns)
      let prepared = PreparedMatrix(
        rows: matrix.rows, columns: matrix.columns, count: matrix.rows * stride, layout: layout)
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          prepared.base[row * stride + column] = matrix.base[row * matrix.rowStride + column * matrix.columnStride]
        }
      }
      return prepared
    }

    /// The distance between rows: not a multiple of 1 KiB, so that rows do not compete for the same
    /// cache lines. Packing such a matrix takes 20 to 50 % less time than packing weights [N, K].
    private static func stride(_ columns: Int) -> Int {
      let rounded = (columns + 15) / 16 * 16
      return rounded % 256 == 0 ? rounded + 16 : rounded
    }

    /// Computes c = a · b[all rows, columns] by sgemm, or by sgemv if a has few rows.
    public func multiply(
      _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
    ) {
      b.check(layout)
      let view = MatrixView(
        b.base + columns.lowerBound, rows: b.rows, columns: columns.count, rowStride: OpenBLASBackend.stride(b.columns))
      multiply(a, view, into: c, accumulating: accumulating)
    }

    /// Computes c = a · b by sgemm, or by sgemv if a has few rows.
    public func multiply(
      _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
      scratch: UnsafeMutablePointer<Float>
    ) {
      multiply(a, b, into: c, accumulating: accumulating)
    }

    private func multiply(_ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool) {
      let (m, n, k) = (a.rows, b.columns, a.columns)
      if m == 0 || n == 0 { return }
      if k == 0 {
        if !accumulating { c.clear(rows: m, columns: n) }
        return
      }
      let beta: Float = accumulating ? 1 : 0
      let (transB, ldb) = OpenBLASBackend.layout(b)
      if m <= OpenBLASBackend.mostVectorRows, a.columnStride == 1, !OpenBLASBackend.isSmall(m, n, k) {
        for row in 0..<m {
          let (x, y) = (a.base + row * a.rowStride, c.base + row * c.rowStride)
          // In some versions, gemv with beta 0 keeps a NaN that is in y.
          if !accumulating { y.update(repeating: 0, count: n) }
          if b.columnStride == 1 {
            cblas_sgemv(
              CblasRowMajor, CblasTrans, blasint(k), blasint(n), 1, b.base, ldb, x, 1, 1, y, 1)
          } else {
            cblas_sgemv(
              CblasRowMajor, CblasNoTrans, blasint(n), blasint(k), 1, b.base, ldb, x, 1, 1, y, 1)
          }
        }
        return
      }
      let (transA, lda) = OpenBLASBackend.layout(a)
      cblas_sgemm(
        CblasRowMajor, transA, transB, blasint(m), blasint(n), blasint(k), 1, a.base, lda, b.base, ldb, beta, c.base,
        blasint(c.rowStride))
    }

    /// The greatest number of rows for which an sgemv for each row is faster than an sgemm, which
    /// packs: 2 to 6 times for one row, 1.3 to 3 times for three.
    private static let mostVectorRows = 3

    /// Whether sgemm uses one of its kernels that do not pack, which are at least as fast as sgemv.
    private static func isSmall(_ m: Int, _ n: Int, _ k: Int) -> Bool {
      m > 1 && OpenBLAS.hasSmallKernels && m * n * k <= 1_000_000
    }

    /// How a matrix is stored, and the leading dimension, which BLAS wants to be at least the length
    /// of a stored row, even of the only one.
    private static func layout(_ matrix: MatrixView) -> (CBLAS_TRANSPOSE, blasint) {
      matrix.columnStride == 1
        ? (CblasNoTrans, blasint(max(matrix.rowStride, matrix.columns, 1)))
        : (CblasTrans, blasint(max(matrix.columnStride, matrix.rows, 1)))
    }
  }

#endif
