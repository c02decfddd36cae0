// Progress, for whoever reads it.

import Foundation
import Testing
import _TestSupport

@Suite struct ProgressTests {
  /// In a program that links the library and knows nothing of this: a full disk, no standard error, a reader that has gone away.
  @Test(arguments: [Redirection.fullErrors, Redirection.closedErrors, Redirection.abandoned(2)])
  func aProgressLineThatCannotBeWrittenEndsNoRun(_ redirection: String) throws {
    try TrainerTests.withFolder { folder in
      let result = try runProduct("_ResumableRun", [folder + "/model.safetensors", String(ResumeTests.epochs)], redirection: redirection)
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(try result.output == ResumeTests.undisturbed.get())
    }
  }
}
