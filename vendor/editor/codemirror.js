// What `make vendor` makes relance/console/static/codemirror.min.js of: the parts of CodeMirror that static/editor.js uses.
export {EditorView, basicSetup} from "codemirror";
export {keymap} from "@codemirror/view";
export {EditorState, Prec} from "@codemirror/state";
export {HighlightStyle, syntaxHighlighting} from "@codemirror/language";
export {tags} from "@lezer/highlight";
export {yaml, yamlLanguage} from "@codemirror/lang-yaml";
export {lintGutter, setDiagnostics} from "@codemirror/lint";
