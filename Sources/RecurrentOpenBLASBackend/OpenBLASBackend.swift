// The backend over OpenBLAS: its sgemm and sgemv, called on one thread each inside our own parallel
// loops.

#if OpenBLAS

  import CRecurrentBLAS
  import RecurrentNativeKernels
  import RecurrentCore

  /// Matrix products by OpenBLAS.
  ///
  /// The same input gives the same bits run after run, but not necessarily with another number of
  /// threads: OpenBLAS may choose another kernel for another division of the work.
  public struct OpenBLASBackend: Backend {
    public let name = "openblas"
    public let pool: ThreadPool

    /// Throws when OpenBLAS is not installed. Throws when a small product does not come out right:
    /// some builds of OpenBLAS have chosen kernels that the processor does not execute correctly.
    /// Throws when `ulimit -v` leaves no room for its buffers.
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

    public let gates: any GateKernels
    public let dense: any DenseKernels

    /// OpenBLAS runs one thread while any call is under way.
    public func begin() { OpenBLAS.limit.begin() }
    public func end() { OpenBLAS.limit.end() }

    /// sgemm packs the matrix at every call: 15 to 60 us of 100 for the weights of an LSTM of 256
    /// units and 16 rows.
    public var packsEveryTime: Bool { true }

    /// A copy [K, N] with its rows `stride(N)` apart.
    public func prepare(_ matrix: MatrixView) -> PreparedMatrix {
      let stride = OpenBLASBackend.stride(matrix.columns)
      let prepared = PreparedMatrix(rows: matrix.rows, columns: matrix.columns, count: matrix.rows * stride, layout: layout)
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          prepared.base[row * stride + column] = matrix.base[row * matrix.rowStride + column * matrix.columnStride]
        }
      }
      return prepared
    }

    /// Not a multiple of 1 KiB, so that the rows do not compete for the same lines of the cache.
    /// Packing such a matrix takes 20 to 50 % less time than one of the usual weights [N, K].
    private static func stride(_ columns: Int) -> Int {
      let rounded = (columns + 15) / 16 * 16
      return rounded % 256 == 0 ? rounded + 16 : rounded
    }

    public func multiply(
      _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
    ) {
      b.check(layout)
      let view = MatrixView(
        b.base + columns.lowerBound, rows: b.rows, columns: columns.count, rowStride: OpenBLASBackend.stride(b.columns))
      multiply(a, view, into: c, accumulating: accumulating)
    }

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
      if m <= OpenBLASBackend.mostVectorRows, a.columnStride == 1, !OpenBLASBackend.isSmall(m, n, k) {
        for row in 0..<m {
          let (x, y) = (a.base + row * a.rowStride, c.base + row * c.rowStride)
          // beta 0 lets through a NaN that y happens to hold in some versions' gemv.
          if !accumulating { y.update(repeating: 0, count: n) }
          if b.columnStride == 1 {
            cblas_sgemv(
              CblasRowMajor, CblasTrans, blasint(k), blasint(n), 1, b.base, blasint(b.rowStride), x, 1, 1, y, 1)
          } else {
            cblas_sgemv(
              CblasRowMajor, CblasNoTrans, blasint(n), blasint(k), 1, b.base, blasint(b.columnStride), x, 1, 1, y, 1)
          }
        }
        return
      }
      let (transA, lda) = OpenBLASBackend.layout(a)
      let (transB, ldb) = OpenBLASBackend.layout(b)
      cblas_sgemm(
        CblasRowMajor, transA, transB, blasint(m), blasint(n), blasint(k), 1, a.base, lda, b.base, ldb, beta, c.base,
        blasint(c.rowStride))
    }

    /// The rows up to which a product by sgemv for each row is faster than one by sgemm, which
    /// packs: 2 to 6 times for one row, 1.3 to 3 for three.
    private static let mostVectorRows = 3

    /// Whether sgemm takes one of its kernels that do not pack, which are as fast as sgemv or
    /// faster.
    private static func isSmall(_ m: Int, _ n: Int, _ k: Int) -> Bool {
      m > 1 && OpenBLAS.hasSmallKernels && m * n * k <= 1_000_000
    }

    private static func layout(_ matrix: MatrixView) -> (CBLAS_TRANSPOSE, blasint) {
      matrix.columnStride == 1
        ? (CblasNoTrans, blasint(max(matrix.rowStride, matrix.columns, 1)))
        : (CblasTrans, blasint(max(matrix.columnStride, matrix.rows, 1)))
    }
  }

#endif
