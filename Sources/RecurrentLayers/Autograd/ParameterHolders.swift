// Which types can hold parameters, by the types of their stored properties.

import RecurrentCore
@_spi(Reflection) import Swift

/// Decides which types can hold parameters. Answers are cached.
enum ParameterHolders {
  /// A type, and whether a value of it is inside an object that is not a module.
  private struct Place: Hashable {
    let type: ObjectIdentifier
    let inObject: Bool
  }

  /// The answers so far.
  private static let known = Locked<[Place: Bool]>([:])

  /// Whether a value of a type can hold a parameter or a module, judged by the types of its stored
  /// properties, recursively. Existentials and enums can hold anything. Within an object they are
  /// assumed to hold none, since an object cannot be inspected while other threads may change it.
  static func canHold(_ type: Any.Type, inObject: Bool = false) -> Bool {
    let place = Place(type: ObjectIdentifier(type), inObject: inObject)
    if let answer = known.withLock({ $0[place] }) { return answer }
    var seen: Set<Place> = []
    let answer = search(type, inObject, &seen)
    // If no parameter was found, none of the types visited on the way can hold one either.
    known.withLock { known in
      known[place] = answer
      if !answer { for place in seen { known[place] = false } }
    }
    return answer
  }

  private static func search(_ type: Any.Type, _ inObject: Bool, _ seen: inout Set<Place>) -> Bool {
    if type is Parameter.Type || type is any Module.Type || type == (any Module).self { return true }
    if isTrivial(type) || !seen.insert(Place(type: ObjectIdentifier(type), inObject: inObject)).inserted {
      return false
    }
    if let container = type as? any Container.Type {
      for content in container.contents where search(content, inObject, &seen) { return true }
      return false
    }
    switch kind(type) {
    case .struct, .tuple: return fieldsHold(type, [], inObject, &seen)
    case .class: return fieldsHold(type, _EachFieldOptions(rawValue: 1), true, &seen)
    case .enum, .existential: return !inObject
    default: return false
    }
  }

  private static func fieldsHold(
    _ type: Any.Type, _ options: _EachFieldOptions, _ inObject: Bool, _ seen: inout Set<Place>
  ) -> Bool {
    var answer = false
    _forEachField(of: type, options: options) { _, _, field, _ in
      answer = search(field, inObject, &seen)
      return !answer
    }
    return answer
  }

  private struct Box<Value> {
    let value: Value
  }

  private static func kind(_ type: Any.Type) -> _MetadataKind {
    func box<T>(_ type: T.Type) -> Any.Type { Box<T>.self }
    var kind = _MetadataKind.unknown
    _forEachField(of: _openExistential(type, do: box)) { _, _, _, found in
      kind = found
      return true
    }
    return kind
  }

  /// Whether values of a type are plain bits: numbers, and enums without payload.
  private static func isTrivial(_ type: Any.Type) -> Bool {
    func ask<T>(_ type: T.Type) -> Bool { _isPOD(type) }
    return _openExistential(type, do: ask)
  }
}

/// Types whose stored properties do not show what they contain.
private protocol Container {
  /// The types of the elements.
  static var contents: [Any.Type] { get }
}

extension Optional: Container {
  static var contents: [Any.Type] { [Wrapped.self] }
}
extension Result: Container {
  static var contents: [Any.Type] { [Success.self, Failure.self] }
}
extension Array: Container {
  static var contents: [Any.Type] { [Element.self] }
}
extension ContiguousArray: Container {
  static var contents: [Any.Type] { [Element.self] }
}
extension ArraySlice: Container {
  static var contents: [Any.Type] { [Element.self] }
}
extension Set: Container {
  static var contents: [Any.Type] { [Element.self] }
}
extension Dictionary: Container {
  static var contents: [Any.Type] { [Key.self, Value.self] }
}
