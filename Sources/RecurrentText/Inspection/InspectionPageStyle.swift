// The style sheet of the inspection page.

extension InspectionPage {
  static let style = """

    :root {
      color-scheme: light dark;
      --page: #fff; --panel: #f6f7f8; --ink: #1f2328; --faint: #656d76; --line: #d8dee4; --focus: #0969da
    }
    @media (prefers-color-scheme: dark) {
    :root { --page: #16181d; --panel: #1d2026; --ink: #e6e9ed; --faint: #949ca6; --line: #343941; --focus: #6cb2ff }
    }
    * { box-sizing: border-box }
    html, body { height: 100% }
    body { margin: 0; display: flex; flex-direction: column; background: var(--page); color: var(--ink) }
    body { font: 14px/1.5 system-ui, sans-serif }
    header { padding: 18px 28px 14px; border-bottom: 1px solid var(--line) }
    h1 { margin: 0; font-size: 20px; font-weight: 600; letter-spacing: -.01em; overflow-wrap: anywhere }
    h2 { margin: 0; font-size: 15px; font-weight: 600 }
    h3 { margin: 18px 0 4px; font-size: 13px; font-weight: 600 }
    p { margin: 2px 0 0; color: var(--faint) }
    #summary { font-variant-numeric: tabular-nums; white-space: pre; overflow: hidden; text-overflow: ellipsis }
    #summary.pointing { color: var(--ink) }
    button, select, input { font: inherit; color: inherit }
    button, select, input[type=number] {
      height: 30px; padding: 0 9px; background: var(--page); border: 1px solid var(--line); border-radius: 6px
    }
    button { cursor: pointer }
    button:hover { background: var(--panel) }
    :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px }
    #controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-top: 12px }
    #controls label { display: flex; align-items: center; gap: 7px; color: var(--faint) }
    #controls select, #controls input { color: var(--ink) }
    #unit { width: 5.2em }
    #slider { width: 150px; accent-color: var(--faint) }
    #stretch { margin: 0; accent-color: var(--faint) }
    .pair button { width: 34px; padding: 0 }
    .pair button:first-child { border-radius: 6px 0 0 6px }
    .pair button:last-child { border-radius: 0 6px 6px 0; border-left: 0 }
    #legend { display: flex; align-items: center; gap: 7px; font-variant-numeric: tabular-nums; color: var(--faint) }
    #scale {
      position: relative; width: 150px; height: 12px; border-radius: 3px; border: 1px solid var(--line);
      background: linear-gradient(to right, var(--negative), var(--neutral), var(--positive))
    }
    #mark { position: absolute; top: -5px; bottom: -5px; width: 2px; margin-left: -1px; background: var(--ink) }
    main { flex: 1; min-height: 0; display: flex }
    #text {
      flex: 1; min-width: 0; overflow: auto; padding: 22px 28px 60px;
      white-space: break-spaces; overflow-wrap: anywhere; tab-size: 4;
      font: 15px/1.75 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace
    }
    #text:focus-visible { outline-offset: -2px }
    #text span { padding: .2em 0 }
    #text i { font-style: normal; opacity: .35 }
    #text .none { background: repeating-linear-gradient(45deg, var(--line) 0 2px, transparent 2px 5px) }
    aside {
      width: 350px; overflow: auto; padding: 20px 22px 40px;
      background: var(--panel); border-left: 1px solid var(--line)
    }
    #ranking button {
      display: grid; grid-template-columns: 1fr 88px 3.1em; align-items: center; gap: 9px;
      width: 100%; height: 26px; padding: 0 8px; border: 0; border-radius: 5px; background: none;
      text-align: left; font-variant-numeric: tabular-nums
    }
    #ranking button:hover { background: var(--line) }
    #ranking button[aria-current=true] { background: var(--page); box-shadow: inset 0 0 0 1px var(--faint) }
    .name { display: flex; gap: .4em; white-space: nowrap; min-width: 0 }
    .name span { overflow: hidden; text-overflow: ellipsis }
    .bar { position: relative; height: 8px; border-radius: 1px; background: var(--line) }
    .bar b { position: absolute; top: 0; bottom: 0 }
    .number { text-align: right; color: var(--faint) }
    @media (max-width: 820px) {
      header { padding: 14px 16px 12px }
      main { flex-direction: column }
      #text { padding: 16px 16px 30px }
      aside { width: auto; height: 38%; padding: 14px 16px; border-left: 0; border-top: 1px solid var(--line) }
    }

    """
}
