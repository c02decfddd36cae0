// The OpenBLAS thread limit: one thread while calls are in progress.

#if OpenBLAS

  import CRecurrentBLAS
  import RecurrentCore

  final class OpenBLASThreadLimit: Sendable {
    private let state = Locked<(calls: Int, saved: Int32)>((0, 1))

    func begin() {
      state.withLock {
        if $0.calls == 0 {
          $0.saved = openblas_get_num_threads()
          if $0.saved != 1 { openblas_set_num_threads(1) }
        }
        $0.calls += 1
      }
    }

    func end() {
      state.withLock {
        $0.calls -= 1
        if $0.calls == 0, $0.saved != 1 { openblas_set_num_threads($0.saved) }
      }
    }
  }

#endif
