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
    const {response, text, sourceElement} = event.detail.ctx, {status} = response;
    if (status < 400 || status === SHOWN_AGAIN) { tell(""); return; }
    event.preventDefault();
    tell(status === SIGNED_OUT ? "out" : "refused", new DOMParser().parseFromString(text, "text/html").body.textContent.trim());
    again(sourceElement);
  });
  document.addEventListener("htmx:error", (event) => {
    const {ctx} = event.detail;
    if (!ctx || ctx.response) return;
    tell("away");
    again(ctx.sourceElement);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !notice.hidden) ask(document.getElementById("state")); });
})();
