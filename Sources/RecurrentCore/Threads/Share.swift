// Shares: the part of a count of items that belongs to one member of a team.

/// The part of `count` items that belongs to `member` of `members`, in whole groups of `grain`
/// except for the last.
package func share(_ count: Int, _ member: Int, of members: Int, grain: Int = 1) -> Range<Int> {
  let groups = (count + grain - 1) / grain
  return min(count, groups * member / members * grain)..<min(count, groups * (member + 1) / members * grain)
}
