// The script of the inspection page.

extension InspectionPage {
  static let script = #"""

    "use strict";
    const $ = id => document.getElementById(id);
    const make = (name, textContent = "", className = "") =>
      Object.assign(document.createElement(name), { textContent, className });
    const data = JSON.parse($("data").textContent);
    const count = data.characters.length;
    let group = 0, unit = 0, values, greatest;

    // A class for every value. The text is black or white, whichever has the higher contrast: at
    // least 4.5 to 1 on any background.
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

    // The values of one unit; three bytes are four characters of base64.
    function read() {
      const start = unit * count;
      const encoded = data.groups[group].values;
      const bytes = atob(encoded.slice(Math.floor(start / 3) * 4, Math.ceil((start + count) / 3) * 4));
      return Int8Array.from({ length: count }, (_, t) => bytes.charCodeAt(start % 3 + t));
    }

    const signed = value => (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(2);
    const spans = data.characters.map(character => {
      const span = make("span");
      if (/^[\r\n]+$/.test(character)) span.append(make("i", "\u21b5"), "\n");
      else span.textContent =
        character.replace(/[\0-\x08\x0b-\x1f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)));
      return span;
    });
    $("text").append(...spans);

    function show(newGroup, newUnit) {
      group = Math.min(Math.max(newGroup, 0), data.groups.length - 1);
      const { name, units, scale } = data.groups[group];
      unit = Math.min(Math.max(Math.round(newUnit) || 0, 0), units - 1);
      values = read();
      greatest = $("stretch").checked
        ? values.reduce((most, v) => v > -128 ? Math.max(most, Math.abs(v)) : most, 1) : 127;
      spans.forEach((span, t) =>
        span.className = values[t] > -128 ? "v" + Math.round(values[t] / greatest * 127) : "none");
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
        // The unit with the highest correlation.
        const best = data.ranking.flatMap(entry => entry.units)
          .reduce((a, b) => Math.abs(b.correlation) > Math.abs(a.correlation) ? b : a,
            { group: 0, unit: 0, correlation: 0 });
        return show(best.group, best.unit);
      }
      show(data.groups.findIndex(g => g.name == wanted.get("group")), Number(wanted.get("unit")));
    }

    document.title = document.querySelector("h1").textContent = data.title;
    data.groups.forEach((g, index) =>
      $("group").append(Object.assign(make("option", `${g.name} (${g.units})`), { value: index })));
    for (const { feature, units } of data.ranking) {
      $("ranking").append(make("h3", feature));
      for (const { group, unit, correlation } of units) {
        const row = make("button"), name = make("span", "", "name"), bar = make("span", "", "bar"), fill = make("b");
        Object.assign(row.dataset, { group, unit });
        name.append(make("span", data.groups[group].name), String(unit));
        const colour = correlation < 0 ? "negative" : "positive";
        fill.style.cssText = `background: var(--${colour}); width: ${Math.abs(correlation) * 50}%; `
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
