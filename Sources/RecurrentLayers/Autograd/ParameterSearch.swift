// Where a module's parameters are, and whether one would be overlooked.

import RecurrentCore

/// Looks through the stored properties of a module.
///
/// What is in parameters, modules, arrays, tuples and optionals is found. What is elsewhere, in a
/// dictionary, a set, the payload of an enum, or a type that is no module, is not; unless the same
/// parameters are found in another place, that is an error, since they would be neither trained nor
/// saved. Nobody can see what a closure holds, or what is in a protocol's or an enum's place within
/// an object that is no module.
package struct ParameterSearch {
  private let owner: Any.Type
  private var found: [NamedParameter] = []
  private var overlooked: [(property: String, type: Any.Type, parameters: [Parameter])] = []
  private var missing: String?

  /// The parameters in the properties of a module; none of an object that is being looked through
  /// already, which a part refers back to.
  static func parameters(in module: some Module) -> [NamedParameter] {
    guard type(of: module) is AnyClass else { return ParameterSearch(module).result() }
    let object = ObjectIdentifier(module as AnyObject)
    if under.contains(object) { return [] }
    return $under.withValue(under + [object]) { ParameterSearch(module).result() }
  }

  /// What stops a program that asks for the parameters in the properties of a module, if anything
  /// does.
  package static func refusal(of module: some Module) -> String? { ParameterSearch(module).refusal() }

  /// The objects that are being looked through.
  @TaskLocal private static var under: [ObjectIdentifier] = []

  private init(_ module: some Module) {
    owner = type(of: module)
    lookThrough(Mirror(reflecting: module))
  }

  private func result() -> [NamedParameter] {
    let refusal = refusal()
    require(refusal == nil, refusal ?? "")
    return found
  }

  private func refusal() -> String? {
    if let missing {
      return
        "Module: the lazy property '\(missing)' of \(owner) has not been made yet, so its parameters would be neither trained nor saved: "
        + "declare it without lazy, or use it once before"
    }
    if overlooked.isEmpty { return nil }
    let known = Set(found.map { ObjectIdentifier($0.parameter) })
    for (property, type, parameters) in overlooked {
      let lost = parameters.count { !known.contains(ObjectIdentifier($0)) }
      if lost == 0 { continue }
      return
        "Module: '\(property)' of \(owner), of type \(type), holds parameters (\(lost)) that would be neither trained nor saved: they are "
        + "found in parameters, modules, and arrays, tuples and optionals of these; make it one, or write 'parameters' of \(owner) yourself"
    }
    return nil
  }

  private mutating func lookThrough(_ mirror: Mirror) {
    if let above = mirror.superclassMirror { lookThrough(above) }
    for (index, child) in mirror.children.enumerated() {
      let label = child.label ?? String(index)
      if label.hasPrefix(ParameterSearch.lazyPrefix) {
        let name = String(label.dropFirst(ParameterSearch.lazyPrefix.count))
        if ParameterHolders.canHold(type(of: child.value)), Mirror(reflecting: child.value).children.isEmpty {
          missing = missing ?? name
        }
        visit(child.value, name: name)
      } else {
        // A property in a wrapper is stored under its name with an underscore.
        let isWrapped = label.hasPrefix("_")
        visit(child.value, name: isWrapped ? String(label.dropFirst()) : label, isWrapped: isWrapped)
      }
    }
  }

  /// What the compiler puts before the name of a lazy property's storage, an optional.
  private static let lazyPrefix = "$__lazy_storage_$_"

  private mutating func visit(_ value: Any, name: String, isWrapped: Bool = false) {
    if let parameter = value as? Parameter { return found.append(NamedParameter(name, parameter)) }
    if let module = value as? any Module {
      found += module.parameters.map { NamedParameter("\(name).\($0.name)", $0.parameter) }
      return
    }
    // By type, so that a million strings cost nothing.
    if !ParameterHolders.canHold(type(of: value)) { return }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: if let child = mirror.children.first { visit(child.value, name: name, isWrapped: isWrapped) }
    case .collection, .tuple:
      for (index, child) in mirror.children.enumerated() { visit(child.value, name: "\(name).\(index)") }
    default:
      if isWrapped, let child = mirror.children.first(where: { $0.label == "wrappedValue" }) {
        return visit(child.value, name: name)
      }
      var (parameters, seen) = ([Parameter](), Set<ObjectIdentifier>())
      ParameterSearch.collect(value, &parameters, &seen)
      if !parameters.isEmpty { overlooked.append((name, type(of: value), parameters)) }
    }
  }

  /// All parameters in a value, wherever they are.
  private static func collect(
    _ value: Any, inObject: Bool = false, _ parameters: inout [Parameter], _ seen: inout Set<ObjectIdentifier>
  ) {
    if let parameter = value as? Parameter { return parameters.append(parameter) }
    if let module = value as? any Module { return parameters += module.parameters.map(\.parameter) }
    if !ParameterHolders.canHold(type(of: value), inObject: inObject) { return }
    let isObject = type(of: value) is AnyClass
    if isObject, !seen.insert(ObjectIdentifier(value as AnyObject)).inserted { return }
    var next: Mirror? = Mirror(reflecting: value)
    while let mirror = next {
      for child in mirror.children { collect(child.value, inObject: inObject || isObject, &parameters, &seen) }
      next = mirror.superclassMirror
    }
  }
}
