// Systems on the command line: tasks as arguments, help texts that name tasks.

import ArgumentParser
import Foundation
import Recurrent

extension TextTask: ExpressibleByArgument {}
extension SystemSettings.CellKind: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension SystemSettings.RateSchedule: ExpressibleByArgument {}

extension ArgumentHelp {
  /// The help of a setting that some tasks use. It begins with their names.
  static func ofSetting(_ option: SystemSettings.Option, _ text: String) -> ArgumentHelp {
    ArgumentHelp("\(tasks { $0.settingsTaken.contains(option) }): \(text)")
  }

  /// The help of a decoding option that some tasks use. It begins with their names.
  static func ofAnswers(_ option: DecodingOptions.Option, _ text: String) -> ArgumentHelp {
    ArgumentHelp("\(tasks { $0.decodingTaken.contains(option) }): \(text)")
  }

  private static func tasks(_ take: (any TextSystem.Type) -> Bool) -> String {
    TextTask.allCases.filter { take($0.system) }.map(\.rawValue).joined(separator: ", ")
  }
}
