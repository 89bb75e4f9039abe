/* What a page renews by itself never takes its place: where nobody is signed in any more, or the server does not answer, that is said
   above the page, everything typed stays, and it goes on as soon as it can. */
(() => {
  "use strict";
  const AGAIN = 5000, SIGNED_OUT = 401, SHOWN_AGAIN = 422;
  const notice = document.getElementById("connection");
  if (!notice) return;

  const tell = (what, words = "") => {
    notice.querySelectorAll("[data-when]").forEach((each) => { each.hidden = each.dataset.when !== what; });
    if (words) notice.querySelector("[data-when=refused]").textContent = words;
    notice.hidden = !what;
    const state = document.getElementById("state");
    if (!state || !what || what === "refused") return;
    state.className = "state warn";
    state.querySelector("svg").replaceWith(notice.querySelector("svg").cloneNode(true));
    state.querySelector("span").textContent = notice.dataset.stale;
  };
  const ask = (at) => {
    if (at && at.isConnected) htmx.ajax("GET", at.getAttribute("hx-get"), {source: at, target: at, swap: at.getAttribute("hx-swap")});
  };
  /* What asks once, when it is shown, asks again; what asks now and then does so anyhow. */
  const again = (at) => { if (at && /^load/.test(at.getAttribute("hx-trigger") || "")) setTimeout(ask, AGAIN, at); };

  document.addEventListener("relance:connection", (event) => tell(event.detail));
  document.addEventListener("htmx:after:request", (event) => {
    const {response, text, sourceElement, select} = event.detail?.ctx || {};
    if (!response) return;
    const {status} = response, said = status < 400 ? null : new DOMParser().parseFromString(text, "text/html");
    // A form that is shown again takes the place of what it is selected for; words alone would leave nothing there.
    if (!said || status === SHOWN_AGAIN && (!select || said.querySelector(select))) { tell(""); return; }
    event.preventDefault();
    tell(status === SIGNED_OUT ? "out" : "refused", said.body.textContent.trim());
    again(sourceElement);
  });
  document.addEventListener("htmx:error", (event) => {
    const {ctx} = event.detail || {};
    if (!ctx || ctx.response) return;
    tell("away");
    again(ctx.sourceElement);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !notice.hidden) ask(document.getElementById("state")); });
})();

/* What somebody sent when they were no longer signed in stands in the form again after they signed in, in the same tab. */
(() => {
  "use strict";
  const KEPT = "relance:sent", TYPED = "textarea, input[type=text], input:not([type])";
  const here = location.pathname + location.search, {user} = document.body.dataset;
  const put = (kept) => { try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* too long, or not allowed: as without script */ } };
  const drop = () => sessionStorage.removeItem(KEPT);

  document.addEventListener("submit", ({target: form}) => {
    if (!user || form.method !== "post" || form.querySelector("[type=password]")) return;
    const fields = [...form.querySelectorAll(TYPED)].filter((each) => each.name && each.value.trim()).map((each) => [each.name, each.value]);
    if (fields.length) put({user, page: here, action: form.getAttribute("action"), fields}); else drop();
  });
  document.addEventListener("htmx:after:request", ({detail}) => { if (detail?.ctx?.response?.status < 400) drop(); });

  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (!kept) return;
  if (!user) { put({...kept, out: true}); return; }
  const back = kept.out && kept.user === user && kept.page !== here && !kept.back;
  if (back) { put({...kept, back: true}); location.replace(kept.page); return; }
  drop();
  if (!kept.out || kept.user !== user || kept.page !== here) return;
  const form = [...document.forms].find((each) => each.getAttribute("action") === kept.action);
  const typed = form ? [...form.querySelectorAll(TYPED)] : [];
  for (const [name, value] of kept.fields) {
    const field = typed.find((each) => each.name === name && !each.value.trim());
    if (field) { field.value = value; field.closest("details")?.setAttribute("open", ""); field.dispatchEvent(new Event("input", {bubbles: true})); field.focus(); }
  }
})();
