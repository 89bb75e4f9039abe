/* What the keyboard does, and small conveniences. Every page works without this file. */
(() => {
  "use strict";
  const typing = (at) => at.closest("input, textarea, select, [contenteditable], dialog[open]");

  /* A sentence typed beside its field decides about one answer at most: after a key that does something, keys rest until the next
     state of the page is there and nothing was pressed for a moment. `data-resting` says so. */
  const REST = 400, LOADS = 5000, KEPT = "rests-after-a-key";
  let restsUntil = 0, asked = null;
  const resting = () => performance.now() < restsUntil || document.querySelector("[data-swap].htmx-request") !== null;
  const afterAct = () => "resting" in document.documentElement.dataset; // not while only `j` or `k` is on its way
  const awake = () => {
    if (resting()) setTimeout(awake, Math.max(20, restsUntil - performance.now()));
    else delete document.documentElement.dataset.resting;
  };
  const rest = (time = REST) => {
    const before = afterAct();
    restsUntil = Math.max(restsUntil, performance.now() + time);
    document.documentElement.dataset.resting = "";
    if (!before) awake();
  };
  const act = (meant) => {
    if (meant.type !== "submit") meant.focus(); // a button in focus would be pressed by the next space
    if (!["j", "k"].includes(meant.dataset.key)) rest();
    if (meant.type === "submit" && !meant.form.hasAttribute("hx-post")) { // the next page is loaded
      rest(LOADS);
      sessionStorage.setItem(KEPT, "yes");
    }
    meant.click();
  };
  document.addEventListener("htmx:after:swap", () => {
    if (asked && !asked.bar.isConnected) asked = null;
    if (afterAct()) rest();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) restsUntil = 0; });
  if (sessionStorage.getItem(KEPT)) { sessionStorage.removeItem(KEPT); rest(); }

  /* What stops mail for good is asked for by its key once more, or by Enter, after the same moment; any other key leaves it. */
  const ask = (meant) => {
    asked = { key: meant.dataset.key, meant, bar: meant.form.querySelector(".sure") };
    asked.bar.querySelector("span").textContent = meant.dataset.sure;
    asked.bar.hidden = false;
    asked.bar.scrollIntoView({block: "nearest"});
    rest();
  };
  const leave = () => {
    if (asked) asked.bar.hidden = true;
    asked = null;
  };
  const answer = (event) => {
    const { key, meant } = asked;
    event.preventDefault();
    leave();
    if (event.key === key || event.key === "Enter") act(meant);
    else rest();
  };

  /* "/" goes to the search, "?" shows the keys; an element with data-key is clicked by its key. */
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"].includes(event.key)) return;
    if (resting()) {
      if (event.target.closest("button") && [" ", "Enter"].includes(event.key)) event.preventDefault();
      if (asked && event.key !== asked.key) leave();
      if (event.key !== "/" && event.key !== "?") {
        if (afterAct()) rest();
        return;
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (asked) { answer(event); return; }
    if (event.key === "/") {
      const search = [...document.querySelectorAll("input[type=search]")].find((each) => each.offsetParent);
      const leads = document.querySelector("a.to-search"); // on a phone it is a page of its own
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      else if (leads?.offsetParent) { event.preventDefault(); leads.click(); }
      return;
    }
    if (event.key === "?") {
      const dialog = document.getElementById("keys");
      if (dialog) { event.preventDefault(); dialog.showModal(); }
      return;
    }
    const meant = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key && each.offsetParent);
    if (!meant) return;
    event.preventDefault();
    if (meant.dataset.sure) ask(meant);
    else act(meant);
  });

  /* A menu closes by Escape and by a click beside it. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((each) => { each.open = false; each.querySelector("summary").focus(); });
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((each) => { if (!each.contains(event.target)) each.open = false; });
  });

  /* Lists: the bar of actions appears with the first row that is ticked, and says how many are. */
  const count = (form) => {
    const ticked = form.querySelectorAll("input[name=row]:checked").length;
    const bar = form.querySelector(".bulk");
    if (!bar) return;
    bar.hidden = !bar.classList.contains("stays") && ticked === 0 && !form.querySelector("input[name=matching]:checked");
    bar.querySelectorAll("[data-ticked]").forEach((each) => { each.textContent = String(ticked); });
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-list]");
    if (!form) return;
    if (event.target.matches("[data-all]"))
      form.querySelectorAll("input[name=row]").forEach((each) => { each.checked = event.target.checked; });
    count(form);
  });
  const ready = () => document.querySelectorAll("form[data-list]").forEach(count);
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:after:swap", ready);

  /* A field that is still to be filled in is shown, in whichever fold it is. */
  document.addEventListener("invalid", (event) => {
    for (let fold = event.target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }, true);

  /* A mistake leads to its line in the text. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line]");
    const text = button && document.getElementById(button.dataset.of);
    if (!text || text.hidden) return; // behind the editor, which goes there itself
    const lines = text.value.split("\n"), before = Number(button.dataset.line) - 1;
    const start = lines.slice(0, before).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[before] || "").length);
    text.scrollTop = Math.max(0, (start / Math.max(1, text.value.length)) * text.scrollHeight - text.clientHeight / 3);
  });

  addEventListener("load", () => { // a link of another page leads to a line of this one
    const line = /^#line-(\d+)$/.exec(location.hash);
    if (line) document.querySelector(`[data-line="${line[1]}"]`)?.click();
  });

  /* A reply counts down until it leaves; what happened to it is then asked for by htmx. */
  setInterval(() => document.querySelectorAll("[data-countdown]").forEach((each) => {
    const until = (each.dataset.until ||= String(performance.now() + 1000 * Number(each.dataset.countdown)));
    const left = Math.ceil((Number(until) - performance.now()) / 1000);
    each.textContent = left > 0 ? each.dataset.words.replace("{}", left) : each.dataset.then;
  }), 250);

  /* Ctrl+Enter sends what is being written; Escape leaves the field, so that the keys of the page work again. */
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("form.reply");
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") { event.target.blur(); }
  });

  /* Their words are not quoted to an address of somebody else's before that is ticked. */
  document.addEventListener("change", (event) => {
    const quote = event.target.matches("form.reply [name=to]") && event.target.form.elements.quote;
    if (quote) quote.checked = !("elsewhere" in event.target.dataset);
  });

  /* The open row of a list that scrolls by itself stays in sight. */
  const inSight = () => {
    const list = document.querySelector(".conversations"), row = list && list.querySelector("[aria-current]");
    if (!row || list.scrollHeight <= list.clientHeight) return;
    const all = list.getBoundingClientRect(), bottom = Math.min(all.bottom, innerHeight), at = row.getBoundingClientRect();
    if (at.top >= all.top && at.bottom <= bottom) return;
    list.scrollTop += at.top - all.top - (bottom - all.top) / 3;
    if (row.getBoundingClientRect().bottom > innerHeight) row.scrollIntoView({block: "nearest"}); // the last of a list that reaches below the window
  };
  document.addEventListener("DOMContentLoaded", inSight);

  /* Where list and thread are put in place of themselves, the address, the scrolled list and the focus are as after loading the page. */
  let scrolled = 0;
  const swaps = (event) => event.detail?.ctx && event.detail.ctx.select === "#main" ? event.detail.ctx : null;
  document.addEventListener("htmx:after:request", (event) => {
    const ctx = swaps(event);
    if (!ctx) return;
    const list = document.querySelector(".conversations");
    scrolled = list ? list.scrollTop : 0;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (!swaps(event)) return;
    const list = document.querySelector(".conversations"), opened = document.getElementById("opened");
    if (list) list.scrollTop = scrolled;
    inSight();
    const wanted = document.querySelector("#main [autofocus]") || (document.activeElement === document.body ? opened || document.getElementById("main") : null);
    if (wanted) wanted.focus({ preventScroll: true });
    if (opened) scrollTo(0, 0);
    const { url, ok } = event.detail.ctx.response.raw;
    if (ok && url !== location.href) history.pushState({}, "", url);
  });
  addEventListener("popstate", () => location.reload());

  /* A page that is the answer to a form stands at an address of its own: who goes back to it is shown that, and not asked whether to send
     the form again. */
  const standsAt = document.querySelector("[data-address]");
  if (standsAt) history.replaceState(history.state, "", standsAt.dataset.address);

  /* What a wide screen has room for is folded on a phone. */
  const fold = () => {
    if (matchMedia("(max-width: 800px)").matches)
      document.querySelectorAll("[data-open-where-wide]").forEach((each) => { each.open = false; });
  };
  document.addEventListener("DOMContentLoaded", fold);
  document.addEventListener("htmx:after:swap", (event) => { if (swaps(event)) fold(); });

  /* What is to be copied is copied by its button. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(() => { button.querySelector("span").textContent = button.dataset.copied; });
  });
})();
