// The version of this package.

/// The version of this package.
public enum RecurrentVersion {
  /// The semantic version, which `recurrent --version` and `bench --version` print.
  public static let current = "0.1.0"
}
