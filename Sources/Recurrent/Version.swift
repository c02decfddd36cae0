// The version of this package.

/// What `recurrent --version` and `bench --version` tell.
public enum RecurrentVersion {
  /// As semantic versions are written.
  public static let current = "0.1.0"
}
