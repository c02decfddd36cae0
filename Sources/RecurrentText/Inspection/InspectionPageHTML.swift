// The HTML document of the inspection page.

extension InspectionPage {
  /// The document for data in JSON, which contains no "<".
  static func document(json: String) -> String {
    #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
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
    <span class="pair"><button
      id="previous" aria-label="Previous unit" title="Previous unit (left arrow)">←</button><button
      id="next" aria-label="Next unit" title="Next unit (right arrow)">→</button></span>
    <input id="slider" type="range" min="0" aria-label="Unit">
    <label title="Shows the unit's greatest magnitude in full colour"
      ><input id="stretch" type="checkbox"> Full contrast</label>
    <span id="legend"><span id="low"></span><span id="scale"><span id="mark" hidden></span></span><span
      id="high"></span></span>
    </div>
    </header>
    <main>
    <div id="text" tabindex="0" role="region" aria-label="The text, coloured by the unit"></div>
    <aside aria-label="Units by feature"><h2>Units by feature</h2>
    <p>The units with the highest correlation.</p>
    <div id="ranking"></div></aside>
    </main>
    <noscript>This page needs JavaScript; it loads nothing.</noscript>
    <script type="application/json" id="data">\#(json)</script>
    <script>\#(script)</script>
    </body>
    </html>

    """#
  }
}
