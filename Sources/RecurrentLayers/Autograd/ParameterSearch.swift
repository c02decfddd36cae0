// The search for parameters in a module's stored properties, and the check that none is overlooked.

import RecurrentCore

/// Searches the stored properties of a module for parameters.
///
/// Parameters and modules are found, also in arrays, tuples and optionals. Parameters elsewhere (in
/// a dictionary, a set, the payload of an enum, or a type that is not a module) are an error unless
/// the same parameters are found in another place, since they would be neither trained nor saved.
/// The search cannot see what a closure captures, nor, within an object that is not a module, what
/// a protocol's or an enum's property holds.
package struct ParameterSearch {
  /// The module's type, for messages.
  private let owner: Any.Type
  /// The parameters found, in order.
  private var found: [NamedParameter] = []
  /// Properties that hold parameters which the search does not collect.
  private var overlooked: [(property: String, type: Any.Type, parameters: [Parameter])] = []
  /// The first lazy property that has not been read yet, if any.
  private var missing: String?

  /// The parameters in a module's properties. Empty for an object that is already being searched,
  /// which breaks reference cycles.
  static func parameters(in module: some Module) -> [NamedParameter] {
    guard type(of: module) is AnyClass else { return ParameterSearch(module).result() }
    let object = ObjectIdentifier(module as AnyObject)
    if under.contains(object) { return [] }
    return $under.withValue(under + [object]) { ParameterSearch(module).result() }
  }

  /// The error message for a module whose parameters would be overlooked; nil if there are none.
  package static func refusal(of module: some Module) -> String? { ParameterSearch(module).refusal() }

  /// The objects that are being searched.
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
        // The storage of a wrapped property has the property's name with an underscore.
        let isWrapped = label.hasPrefix("_")
        visit(child.value, name: isWrapped ? String(label.dropFirst()) : label, isWrapped: isWrapped)
      }
    }
  }

  /// The compiler's prefix for the storage of a lazy property, which is an optional.
  private static let lazyPrefix = "$__lazy_storage_$_"

  private mutating func visit(_ value: Any, name: String, isWrapped: Bool = false) {
    if let parameter = value as? Parameter { return found.append(NamedParameter(name, parameter)) }
    if let module = value as? any Module {
      found += module.parameters.map { NamedParameter("\(name).\($0.name)", $0.parameter) }
      return
    }
    // Decided by type, so that an array of a million strings costs nothing.
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

  /// Collects all parameters in a value, wherever they are.
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
