// The page itself: how it looks, and what it does.

extension InspectionPage {
  /// The document around its data, in which there is no "<".
  static func document(json: String) -> String {
    #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <title>Units</title>
    <style>\#(style)</style>
    </head>
    <body>
    <header>
    <h1></h1>
    <p id="summary"></p>
    <div id="controls">
    <label>Group <select id="group"></select></label>
    <label>Unit <input id="unit" type="number" min="0"></label>
    <span class="pair"><button id="previous" aria-label="Previous unit" title="Previous unit (left arrow)">←</button><button
      id="next" aria-label="Next unit" title="Next unit (right arrow)">→</button></span>
    <input id="slider" type="range" min="0" aria-label="Unit">
    <label title="Makes the unit's greatest magnitude full colour"><input id="stretch" type="checkbox"> Full contrast</label>
    <span id="legend"><span id="low"></span><span id="scale"><span id="mark" hidden></span></span><span id="high"></span></span>
    </div>
    </header>
    <main>
    <div id="text" tabindex="0" role="region" aria-label="The text, coloured by the unit"></div>
    <aside aria-label="Units by feature"><h2>Units by feature</h2>
    <p>Those that go with it best, by their correlation.</p>
    <div id="ranking"></div></aside>
    </main>
    <noscript>This page needs JavaScript; it loads nothing.</noscript>
    <script type="application/json" id="data">\#(json)</script>
    <script>\#(script)</script>
    </body>
    </html>

    """#
  }

  private static let style = """

    :root { color-scheme: light dark; --page: #fff; --panel: #f6f7f8; --ink: #1f2328; --faint: #656d76; --line: #d8dee4; --focus: #0969da }
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
      flex: 1; min-width: 0; overflow: auto; padding: 22px 28px 60px; white-space: break-spaces; overflow-wrap: anywhere; tab-size: 4;
      font: 15px/1.75 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace
    }
    #text:focus-visible { outline-offset: -2px }
    #text span { padding: .2em 0 }
    #text i { font-style: normal; opacity: .35 }
    #text .none { background: repeating-linear-gradient(45deg, var(--line) 0 2px, transparent 2px 5px) }
    aside { width: 350px; overflow: auto; padding: 20px 22px 40px; background: var(--panel); border-left: 1px solid var(--line) }
    #ranking button {
      display: grid; grid-template-columns: 1fr 88px 3.1em; align-items: center; gap: 9px; width: 100%; height: 26px; padding: 0 8px;
      border: 0; border-radius: 5px; background: none; text-align: left; font-variant-numeric: tabular-nums
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

  private static let script = #"""

    "use strict";
    const $ = id => document.getElementById(id);
    const make = (name, textContent = "", className = "") => Object.assign(document.createElement(name), { textContent, className });
    const data = JSON.parse($("data").textContent);
    const count = data.characters.length;
    let group = 0, unit = 0, values, greatest;

    // A class for every value, with a text colour of the higher contrast: at least 4.5 to 1 on any
    // background.
    const mix = (a, b, part) => a.map((from, k) => Math.round(from + (b[k] - from) * part));
    const luminance = colour => colour.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
      .reduce((sum, c, k) => sum + c * [.2126, .7152, .0722][k], 0);
    function rules(negative, neutral, positive) {
      const rgb = colour => `rgb(${colour})`;
      let text = `:root { --negative: ${rgb(negative)}; --neutral: ${rgb(neutral)}; --positive: ${rgb(positive)} }\n`;
      for (let value = -127; value <= 127; value++) {
        const colour = mix(neutral, value < 0 ? negative : positive, Math.abs(value) / 127);
        text += `.v${value} { background: ${rgb(colour)}; color: ${luminance(colour) > .179 ? "#000" : "#fff"} }\n`;
      }
      return text;
    }
    document.head.append(make("style", rules([33, 102, 172], [255, 255, 255], [190, 30, 45])
      + `@media (prefers-color-scheme: dark) {\n${rules([50, 112, 190], [22, 24, 29], [200, 66, 56])}}\n`));

    // The numbers of one unit; three of them are four characters of base64.
    function read() {
      const start = unit * count;
      const bytes = atob(data.groups[group].values.slice(Math.floor(start / 3) * 4, Math.ceil((start + count) / 3) * 4));
      return Int8Array.from({ length: count }, (_, t) => bytes.charCodeAt(start % 3 + t));
    }

    const signed = value => (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(2);
    const spans = data.characters.map(character => {
      const span = make("span");
      if (/^[\r\n]+$/.test(character)) span.append(make("i", "\u21b5"), "\n");
      else span.textContent = character.replace(/[\0-\x08\x0b-\x1f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)));
      return span;
    });
    $("text").append(...spans);

    function show(newGroup, newUnit) {
      group = Math.min(Math.max(newGroup, 0), data.groups.length - 1);
      const { name, units, scale } = data.groups[group];
      unit = Math.min(Math.max(Math.round(newUnit) || 0, 0), units - 1);
      values = read();
      greatest = $("stretch").checked ? values.reduce((most, v) => v > -128 ? Math.max(most, Math.abs(v)) : most, 1) : 127;
      spans.forEach((span, t) => span.className = values[t] > -128 ? "v" + Math.round(values[t] / greatest * 127) : "none");
      $("group").value = group;
      $("unit").max = $("slider").max = units - 1;
      $("unit").value = $("slider").value = unit;
      $("low").textContent = signed(-scale * greatest / 127);
      $("high").textContent = signed(scale * greatest / 127);
      for (const row of $("ranking").querySelectorAll("button")) {
        row.setAttribute("aria-current", row.dataset.group == group && row.dataset.unit == unit);
      }
      point(null);
      const address = "#" + new URLSearchParams({ group: name, unit });
      if (location.hash != address) history.replaceState(null, "", address);
    }

    function point(span) {
      const t = spans.indexOf(span);
      $("mark").hidden = t < 0 || values[t] == -128;
      $("mark").style.left = (values[t] / greatest + 1) * 50 + "%";
      $("summary").className = t < 0 ? "" : "pointing";
      const value = values[t] > -128 ? signed(values[t] / 127 * data.groups[group].scale) : "not a number";
      $("summary").textContent = t < 0
        ? `${count.toLocaleString("en")} characters, each coloured by the unit's value after it.`
        : `${JSON.stringify(data.characters[t])}  at ${t.toLocaleString("en")}  ${value}`;
    }

    function showAddress() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      if (!wanted.has("group")) {
        // The unit that follows something most closely.
        const best = data.ranking.flatMap(entry => entry.units)
          .reduce((a, b) => Math.abs(b.correlation) > Math.abs(a.correlation) ? b : a, { group: 0, unit: 0, correlation: 0 });
        return show(best.group, best.unit);
      }
      show(data.groups.findIndex(g => g.name == wanted.get("group")), Number(wanted.get("unit")));
    }

    document.title = document.querySelector("h1").textContent = data.title;
    data.groups.forEach((g, index) => $("group").append(Object.assign(make("option", `${g.name} (${g.units})`), { value: index })));
    for (const { feature, units } of data.ranking) {
      $("ranking").append(make("h3", feature));
      for (const { group, unit, correlation } of units) {
        const row = make("button"), name = make("span", "", "name"), bar = make("span", "", "bar"), fill = make("b");
        Object.assign(row.dataset, { group, unit });
        name.append(make("span", data.groups[group].name), String(unit));
        fill.style.cssText = `background: var(--${correlation < 0 ? "negative" : "positive"}); width: ${Math.abs(correlation) * 50}%; `
          + (correlation < 0 ? "right: 50%" : "left: 50%");
        bar.append(fill);
        row.append(name, bar, make("span", signed(correlation), "number"));
        row.onclick = () => show(group, unit);
        $("ranking").append(row);
      }
    }
    $("group").onchange = () => show(Number($("group").value), unit);
    $("unit").onchange = () => show(group, Number($("unit").value));
    $("slider").oninput = () => show(group, Number($("slider").value));
    $("stretch").onchange = () => show(group, unit);
    $("previous").onclick = () => show(group, unit - 1);
    $("next").onclick = () => show(group, unit + 1);
    $("text").onpointerover = event => point(event.target.closest("#text > span"));
    $("text").onpointerleave = () => point(null);
    document.onkeydown = event => {
      if (event.target.matches("select, input") || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key == "ArrowLeft") show(group, unit - 1);
      else if (event.key == "ArrowRight") show(group, unit + 1);
      else return;
      event.preventDefault();
    };
    window.onhashchange = showAddress;
    showAddress();

    """#
}
