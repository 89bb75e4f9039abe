/* The editor of a sequence's text, over the textarea, which stays what is sent. Without this file the textarea itself is written in. */
(() => {
  "use strict";
  const {EditorView, EditorState, HighlightStyle, Prec, basicSetup, keymap, lintGutter, setDiagnostics, syntaxHighlighting, tags, yaml, yamlLanguage} = CodeMirror;

  /* Which keys may stand where: by the indentation, since a text that is being written is seldom whole. */
  const shape = (text) => {
    const found = /^( *)((?:- +)*)(?:(-)$)?/.exec(text);
    const lead = found[1].length, column = found[0].length, rest = text.slice(column);
    return {lead, column, dash: column > lead, key: (/^([a-z][a-z_ -]*):(?:\s|$)/.exec(rest) || [])[1], open: /:\s*(#.*)?$/.test(rest), blank: !rest.trim() || rest.startsWith("#")};
  };

  /* The keys above a line, the outermost first, and those beside it. Nothing where it stands inside a text. */
  const placed = (doc, number) => {
    const above = [], beside = [], own = shape(doc.line(number).text);
    let column = own.column, most = own.dash ? own.lead : column - 1, begun = own.dash; // whether the mapping's first line is behind us
    for (let at = number - 1; at > 0 && most >= (above.length ? 0 : -1); at -= 1) {
      const line = shape(doc.line(at).text);
      if (line.blank && !line.dash) continue;
      if (!begun && line.column === column) {
        if (!above.length && line.key) beside.push(line.key);
      } else if (line.column <= most) {
        if (!line.key || !line.open) return null;
        above.unshift(line.key);
      } else continue;
      column = line.column;
      begun = line.dash;
      most = begun ? line.lead : column - 1;
    }
    for (let at = number + 1; at <= doc.lines; at += 1) {
      const line = shape(doc.line(at).text);
      if (line.blank && !line.dash) continue;
      if (line.lead < own.column) break;
      if (line.lead === own.column && !line.dash && line.key) beside.push(line.key);
    }
    return {above, beside};
  };

  /* The kinds of mapping that these keys lead to; of several, those that have all the keys that stand there already. */
  const kinds = (keys, {above, beside}) => {
    let found = [""];
    for (const key of above) found = found.flatMap((kind) => (keys[kind][key] || {of: []}).of);
    const fitting = found.filter((kind) => beside.every((key) => key in keys[kind]));
    return (fitting.length ? fitting : found).map((kind) => keys[kind]);
  };

  const offered = (keys) => (context) => {
    const line = context.state.doc.lineAt(context.pos), before = line.text.slice(0, context.pos - line.from);
    const found = /^ *(?:- +)*(?:([a-z][a-z_ -]*):\s+)?([\w -]*)$/.exec(before);
    const where = found && placed(context.state.doc, line.number);
    if (!where || (!found[2] && !context.explicit)) return null;
    const here = kinds(keys, where), from = context.pos - found[2].length;
    if (found[1]) {
      const words = here.flatMap((kind) => (kind[found[1]] || {words: []}).words);
      return {from, options: [...new Set(words)].map((label) => ({label})), validFor: /^[\w -]*$/};
    }
    const names = here.flatMap(Object.keys).filter((name) => !where.beside.includes(name));
    const below = (name) => here.some((kind) => kind[name] && kind[name].of.length);
    return {from, options: [...new Set(names)].map((label) => ({label, apply: below(label) ? `${label}:` : `${label}: `})), validFor: /^[\w -]*$/};
  };

  /* The mistakes that stand beside the text, at their lines in it. */
  const told = (doc) => [...document.querySelectorAll("#told .told li")].flatMap((each) => {
    const button = each.querySelector("[data-line]");
    if (!button) return [];
    const line = doc.line(Math.min(Math.max(Number(button.dataset.line), 1), doc.lines));
    const from = line.from + /^ */.exec(line.text)[0].length;
    const severity = each.closest(".bad") ? "error" : "warning";
    return [{from, to: line.to, severity, message: each.lastElementChild.textContent.trim()}];
  }).sort((one, other) => one.from - other.from);

  const mono = 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
  const wavy = (token) => ({backgroundImage: "none", textDecoration: `underline wavy var(${token}) 1px`, textUnderlineOffset: "3px"});
  const sheet = {backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "var(--radius)", boxShadow: "var(--shadow)"};
  const look = EditorView.theme({
    "&": {height: "clamp(320px, calc(100vh - 260px), 900px)", backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", fontSize: "var(--f13)"},
    "&.cm-focused": {outline: "2px solid var(--accent)", outlineOffset: "1px"},
    ".cm-scroller": {fontFamily: mono, lineHeight: "20px"},
    ".cm-content": {caretColor: "var(--ink)", padding: "var(--s2) 0"},
    ".cm-content:focus-visible": {outline: "none"},
    ".cm-gutters": {backgroundColor: "var(--rail)", color: "var(--faint)", borderRight: "1px solid var(--line)", borderRadius: "var(--radius) 0 0 var(--radius)"},
    ".cm-activeLine": {backgroundColor: "transparent"},
    ".cm-activeLineGutter": {backgroundColor: "var(--accent-wash)", color: "var(--ink)"},
    ".cm-cursor, .cm-dropCursor": {borderLeftColor: "var(--ink)"},
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": {backgroundColor: "var(--ring)"},
    "&.cm-focused .cm-matchingBracket, .cm-selectionMatch": {backgroundColor: "var(--accent-wash)"},
    "&.cm-focused .cm-nonmatchingBracket": {backgroundColor: "var(--red-wash)"},
    ".cm-searchMatch": {backgroundColor: "var(--amber-wash)", outline: "1px solid var(--amber)"},
    ".cm-searchMatch.cm-searchMatch-selected": {backgroundColor: "var(--ring)"},
    ".cm-foldPlaceholder": {backgroundColor: "var(--sunken)", borderColor: "var(--line)", color: "var(--soft)", padding: "0 var(--s1)"},
    ".cm-lintRange-error": wavy("--red"), ".cm-lintRange-warning": wavy("--amber"),
    ".cm-lintPoint-error::after": {borderBottomColor: "var(--red)"}, ".cm-lintPoint-warning::after": {borderBottomColor: "var(--amber)"},
    ".cm-gutter-lint": {width: "18px"},
    ".cm-lint-marker": {width: "12px", height: "12px", margin: "4px 2px 0", content: '""', borderRadius: "50%", boxSizing: "border-box"},
    ".cm-lint-marker-error": {content: '""', backgroundColor: "var(--red)"},
    ".cm-lint-marker-warning": {content: '""', border: "3px solid var(--amber)"},
    ".cm-tooltip": {...sheet, fontFamily: "var(--pico-font-family)", maxWidth: "min(480px, 90vw)"},
    ".cm-diagnostic": {padding: "var(--s2) var(--s3)", borderLeft: "3px solid var(--line)", whiteSpace: "pre-wrap"},
    ".cm-diagnostic-error": {borderLeftColor: "var(--red)"}, ".cm-diagnostic-warning": {borderLeftColor: "var(--amber)"},
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {fontFamily: mono, maxHeight: "min(440px, 60vh)", margin: "0", padding: "var(--s1) 0"},
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {margin: "0", padding: "2px var(--s3)", lineHeight: "22px", listStyle: "none"},
    ".cm-tooltip-autocomplete ul li[aria-selected]": {backgroundColor: "var(--accent)", color: "var(--on-accent)"},
    ".cm-completionIcon": {display: "none"},
    ".cm-panels": {backgroundColor: "var(--rail)", color: "var(--ink)", fontFamily: "var(--pico-font-family)"},
    ".cm-panels.cm-panels-top": {borderBottom: "1px solid var(--line)"}, ".cm-panels.cm-panels-bottom": {borderTop: "1px solid var(--line)"},
    ".cm-panel.cm-search": {display: "flex", flexWrap: "wrap", alignItems: "center", gap: "var(--s2)", padding: "var(--s2) var(--s6) var(--s2) var(--s2)"},
    ".cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label": {margin: "0", fontWeight: "400"},
    ".cm-panel.cm-search br": {display: "none"},
    ".cm-panel.cm-search label": {display: "inline-flex", alignItems: "center", gap: "var(--s1)", fontSize: "var(--f13)", margin: "0"},
    ".cm-panel.cm-search input[type=checkbox]": {margin: "0"},
    ".cm-textfield": {width: "180px", height: "32px", minHeight: "32px", margin: "0", fontSize: "var(--f13)", backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)"},
    ".cm-button": {...sheet, backgroundImage: "none", boxShadow: "none", borderColor: "var(--line-strong)", fontSize: "var(--f13)", minHeight: "32px", padding: "0 var(--s3)", margin: "0"},
    ".cm-dialog-close, .cm-panel.cm-search [name=close]": {color: "var(--soft)", background: "none", border: "0", padding: "0 var(--s2)", minHeight: "32px"},
  });
  const colours = HighlightStyle.define([
    {tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)"},
    {tag: [tags.string, tags.content], color: "var(--ink)"},
    {tag: [tags.comment, tags.meta], color: "var(--faint)"},
    {tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.labelName], color: "var(--blue)"},
    {tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--soft)"},
  ]);

  /* What is typed over a selection does not reach the page first: Chromium would write its styling into style attributes, which the policy refuses. */
  const overwrite = (event, view) => {
    const {from, to, empty} = view.state.selection.main;
    if (empty || event.inputType !== "insertText" || event.isComposing || !event.data) return false;
    const change = () => view.state.update(view.state.replaceSelection(event.data), {userEvent: "input.type", scrollIntoView: true});
    event.preventDefault();
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, change))) view.dispatch(change());
    return true;
  };

  const start = (area) => {
    const {nonce, words, keys} = JSON.parse(area.dataset.editor), hint = document.getElementById("f-text-keys");
    const keep = () => { area.form.dispatchEvent(new Event("keep")); return true; };
    const typed = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      area.value = update.state.doc.toString();
      area.dispatchEvent(new Event("input", {bubbles: true}));
    });
    const view = new EditorView({doc: area.value, extensions: [
      Prec.high(keymap.of([{key: "Mod-s", run: keep, preventDefault: true}])),
      basicSetup, yaml(), yamlLanguage.data.of({autocomplete: offered(keys)}), lintGutter(), look, syntaxHighlighting(colours), typed,
      EditorView.lineWrapping, EditorView.domEventHandlers({beforeinput: overwrite}), EditorView.cspNonce.of(nonce), EditorState.phrases.of(words), EditorState.tabSize.of(2),
      EditorView.contentAttributes.of({"aria-label": area.labels[0].textContent, "aria-describedby": hint.id, tabindex: "0", spellcheck: "false", autocapitalize: "off"}),
    ]});
    area.hidden = true;
    hint.hidden = false;
    area.after(view.dom);
    const mark = () => view.dispatch(setDiagnostics(view.state, told(view.state.doc)));
    mark();
    document.addEventListener("relance:told", mark);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-line]");
      if (!button || button.dataset.of !== area.id) return;
      const line = view.state.doc.line(Math.min(Number(button.dataset.line), view.state.doc.lines));
      view.dispatch({selection: {anchor: line.from, head: line.to}, effects: EditorView.scrollIntoView(line.from, {y: "center"})});
      view.focus();
    });
  };

  document.querySelectorAll("textarea[data-editor]").forEach(start);
})();
