// Panel products: matrix products in register tiles over packed panels.

import RecurrentCore

/// A product with panels of one block of k, in register tiles.
///
/// A tile of 6 rows and one panel, of 3 rows and two, or of 1 row and six has its sums in twelve
/// 128-bit registers, or as many wider ones.
struct PanelProduct {
  let a: UnsafePointer<Float>
  let rowStride: Int
  /// The distance in a from one k to the next.
  let step: Int
  let rows: Int
  let depth: Int
  let panels: UnsafePointer<Float>
  let columns: Range<Int>
  let c: MutableMatrixView
  let accumulating: Bool

  @inline(__always)
  func run<V: SIMD, M: MultiplyAdd>(_: V.Type, _: M.Type) where V.Scalar == Float {
    let width = V.scalarCount
    let (first, end) = (columns.lowerBound / width, (columns.upperBound + width - 1) / width)
    let whole = rows - rows % 6
    let rest = rows - whole
    // The loop over rows is outside that over panels: panels are read in order, which the processor
    // prefetches, while the rows stay in the L1 cache. (The other order is 15 % slower, since every
    // panel begins with a wait.)
    let tiled = rest > 3 ? rows : whole
    if tiled > 0 {
      if M.isFused {
        for row in stride(from: 0, to: tiled, by: 6) {
          for panel in first..<end { sixRows(V.self, M.self, row, panel, count: min(6, rows - row)) }
        }
      } else {
        // On the stack, 6 · `Panels.depth` vectors.
        var spread = InlineArray<1536, SIMD4<Float>>(repeating: SIMD4())
        withUnsafeMutablePointer(to: &spread) {
          let spread = UnsafeMutableRawPointer($0).assumingMemoryBound(to: SIMD4<Float>.self)
          for row in stride(from: 0, to: tiled, by: 6) {
            let count = min(6, rows - row)
            self.spread(row, count: count, over: spread)
            for panel in first..<end { sixSpreadRows(spread, row, panel, count: count) }
          }
        }
      }
    }
    if rest == 2 || rest == 3 {
      for panel in stride(from: first, to: end, by: 2) {
        threeRows(V.self, M.self, whole, panel, panels: min(2, end - panel), count: rest)
      }
    } else if rest == 1 {
      for panel in stride(from: first, to: end, by: 6) {
        oneRow(V.self, M.self, whole, panel, panels: min(6, end - panel))
      }
    }
  }

  /// `count` rows, at most 6, and one panel. Missing rows repeat the last one.
  @inline(__always)
  private func sixRows<V: SIMD, M: MultiplyAdd>(_: V.Type, _: M.Type, _ row: Int, _ panel: Int, count: Int)
  where V.Scalar == Float {
    let last = count - 1
    let a0 = a + row * rowStride
    let a1 = a + (row + min(1, last)) * rowStride
    let a2 = a + (row + min(2, last)) * rowStride
    let a3 = a + (row + min(3, last)) * rowStride
    let a4 = a + (row + min(4, last)) * rowStride
    let a5 = a + (row + min(5, last)) * rowStride
    var b = UnsafeRawPointer(panels + panel * depth * V.scalarCount)
    var (s0, s1, s2, s3, s4, s5) = (V(), V(), V(), V(), V(), V())
    var offset = 0
    for _ in 0..<depth {
      let v = b.load(as: V.self)
      s0 = M.add(s0, V(repeating: a0[offset]), v)
      s1 = M.add(s1, V(repeating: a1[offset]), v)
      s2 = M.add(s2, V(repeating: a2[offset]), v)
      s3 = M.add(s3, V(repeating: a3[offset]), v)
      s4 = M.add(s4, V(repeating: a4[offset]), v)
      s5 = M.add(s5, V(repeating: a5[offset]), v)
      b += MemoryLayout<V>.stride
      offset &+= step
    }
    store(s0, row, panel)
    if count > 1 { store(s1, row + 1, panel) }
    if count > 2 { store(s2, row + 2, panel) }
    if count > 3 { store(s3, row + 3, panel) }
    if count > 4 { store(s4, row + 4, panel) }
    if count > 5 { store(s5, row + 5, panel) }
  }

  /// Broadcasts each number of `count` rows to a vector, [k][6]. Without a broadcast from memory,
  /// which needs AVX, doing this outside the innermost loop saves a fifth of the time.
  private func spread(_ row: Int, count: Int, over target: UnsafeMutablePointer<SIMD4<Float>>) {
    for r in 0..<6 {
      let source = a + (row + min(r, count - 1)) * rowStride
      for k in 0..<depth { target[k * 6 + r] = SIMD4(repeating: source[k * step]) }
    }
  }

  /// `sixRows` for broadcast rows and panels of eight columns.
  @inline(__always)
  private func sixSpreadRows(_ a: UnsafePointer<SIMD4<Float>>, _ row: Int, _ panel: Int, count: Int) {
    var a = a
    var b = UnsafeRawPointer(panels + panel * depth * 8).assumingMemoryBound(to: SIMD4<Float>.self)
    typealias V = SIMD4<Float>
    var (s0, s1, s2, s3, s4, s5) = (V(), V(), V(), V(), V(), V())
    var (t0, t1, t2, t3, t4, t5) = (V(), V(), V(), V(), V(), V())
    for _ in 0..<depth {
      let (v, w) = (b[0], b[1])
      s0 = s0 + a[0] * v
      t0 = t0 + a[0] * w
      s1 = s1 + a[1] * v
      t1 = t1 + a[1] * w
      s2 = s2 + a[2] * v
      t2 = t2 + a[2] * w
      s3 = s3 + a[3] * v
      t3 = t3 + a[3] * w
      s4 = s4 + a[4] * v
      t4 = t4 + a[4] * w
      s5 = s5 + a[5] * v
      t5 = t5 + a[5] * w
      a += 6
      b += 2
    }
    store(SIMD8(lowHalf: s0, highHalf: t0), row, panel)
    if count > 1 { store(SIMD8(lowHalf: s1, highHalf: t1), row + 1, panel) }
    if count > 2 { store(SIMD8(lowHalf: s2, highHalf: t2), row + 2, panel) }
    if count > 3 { store(SIMD8(lowHalf: s3, highHalf: t3), row + 3, panel) }
    if count > 4 { store(SIMD8(lowHalf: s4, highHalf: t4), row + 4, panel) }
    if count > 5 { store(SIMD8(lowHalf: s5, highHalf: t5), row + 5, panel) }
  }

  /// `count` rows, 2 or 3, and `panels` panels, 1 or 2.
  @inline(__always)
  private func threeRows<V: SIMD, M: MultiplyAdd>(
    _: V.Type, _: M.Type, _ row: Int, _ panel: Int, panels count: Int, count rows: Int
  ) where V.Scalar == Float {
    let a0 = a + row * rowStride
    let a1 = a + (row + 1) * rowStride
    let a2 = a + (row + rows - 1) * rowStride
    var b = UnsafeRawPointer(panels + panel * depth * V.scalarCount)
    let next = (count - 1) * depth * MemoryLayout<V>.stride
    var (s0, s1, s2, t0, t1, t2) = (V(), V(), V(), V(), V(), V())
    var offset = 0
    for _ in 0..<depth {
      let v = b.load(as: V.self)
      let w = (b + next).load(as: V.self)
      let (x0, x1, x2) = (V(repeating: a0[offset]), V(repeating: a1[offset]), V(repeating: a2[offset]))
      s0 = M.add(s0, x0, v)
      t0 = M.add(t0, x0, w)
      s1 = M.add(s1, x1, v)
      t1 = M.add(t1, x1, w)
      s2 = M.add(s2, x2, v)
      t2 = M.add(t2, x2, w)
      b += MemoryLayout<V>.stride
      offset &+= step
    }
    store(s0, row, panel)
    store(s1, row + 1, panel)
    if rows > 2 { store(s2, row + 2, panel) }
    if count > 1 {
      store(t0, row, panel + 1)
      store(t1, row + 1, panel + 1)
      if rows > 2 { store(t2, row + 2, panel + 1) }
    }
  }

  /// One row and `panels` panels, at most 6. Missing panels repeat the last one.
  @inline(__always)
  private func oneRow<V: SIMD, M: MultiplyAdd>(_: V.Type, _: M.Type, _ row: Int, _ panel: Int, panels count: Int)
  where V.Scalar == Float {
    let stride = MemoryLayout<V>.stride
    let last = count - 1
    let b0 = UnsafeRawPointer(panels + panel * depth * V.scalarCount)
    let b1 = b0 + min(1, last) * depth * stride
    let b2 = b0 + min(2, last) * depth * stride
    let b3 = b0 + min(3, last) * depth * stride
    let b4 = b0 + min(4, last) * depth * stride
    let b5 = b0 + min(5, last) * depth * stride
    let x = a + row * rowStride
    var (s0, s1, s2, s3, s4, s5) = (V(), V(), V(), V(), V(), V())
    var offset = 0
    for k in 0..<depth {
      let v = V(repeating: x[offset])
      s0 = M.add(s0, v, (b0 + k * stride).load(as: V.self))
      s1 = M.add(s1, v, (b1 + k * stride).load(as: V.self))
      s2 = M.add(s2, v, (b2 + k * stride).load(as: V.self))
      s3 = M.add(s3, v, (b3 + k * stride).load(as: V.self))
      s4 = M.add(s4, v, (b4 + k * stride).load(as: V.self))
      s5 = M.add(s5, v, (b5 + k * stride).load(as: V.self))
      offset &+= step
    }
    store(s0, row, panel)
    if count > 1 { store(s1, row, panel + 1) }
    if count > 2 { store(s2, row, panel + 2) }
    if count > 3 { store(s3, row, panel + 3) }
    if count > 4 { store(s4, row, panel + 4) }
    if count > 5 { store(s5, row, panel + 5) }
  }

  /// Stores those columns of a panel that are in `columns`.
  @inline(__always)
  private func store<V: SIMD>(_ sum: V, _ row: Int, _ panel: Int) where V.Scalar == Float {
    let start = panel * V.scalarCount
    let target = c.base + row * c.rowStride + (start - columns.lowerBound)
    if start >= columns.lowerBound, start + V.scalarCount <= columns.upperBound {
      let raw = UnsafeMutableRawPointer(target)
      raw.storeBytes(of: accumulating ? raw.loadUnaligned(as: V.self) + sum : sum, as: V.self)
    } else {
      for lane in 0..<V.scalarCount where columns.contains(start + lane) {
        target[lane] = accumulating ? target[lane] + sum[lane] : sum[lane]
      }
    }
  }
}
