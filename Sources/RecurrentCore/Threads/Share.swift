// Shares: the part of a count of items that belongs to one member of a team.

/// The part of `count` items that belongs to `member` of `members`, in whole groups of `grain`
/// except for the last.
package func share(_ count: Int, _ member: Int, of members: Int, grain: Int = 1) -> Range<Int> {
  // Divisions take a part of the time of a short step.
  if members == 1 { return 0..<count }
  let groups = (count + grain - 1) / grain
  return min(count, groups * member / members * grain)..<min(count, groups * (member + 1) / members * grain)
}

/// The part of a result of `rows` and `columns` that belongs to `member` of `members`: some rows and
/// all columns, or, if the rows are too few for all members, some of the columns too. Parts are whole
/// groups of the grains.
package func share(
  rows: Int, grain rowGrain: Int, columns: Int, grain columnGrain: Int, _ member: Int, of members: Int
) -> (rows: Range<Int>, columns: Range<Int>) {
  let mostRowParts = max(1, (rows + rowGrain - 1) / rowGrain)
  let mostColumnParts = max(1, (columns + columnGrain - 1) / columnGrain)
  var (rowParts, columnParts) = (min(members, mostRowParts), 1)
  if rowParts < members {
    for parts in 2...max(2, min(members, mostColumnParts)) where parts <= mostColumnParts {
      let others = min(members / parts, mostRowParts)
      if others * parts > rowParts * columnParts { (rowParts, columnParts) = (others, parts) }
    }
  }
  if member >= rowParts * columnParts { return (0..<0, 0..<0) }
  return (
    share(rows, member / columnParts, of: rowParts, grain: rowGrain),
    share(columns, member % columnParts, of: columnParts, grain: columnGrain)
  )
}
