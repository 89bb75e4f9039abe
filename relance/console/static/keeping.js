/* What is written is kept while it is typed. It says "saved" only of what the server has, tries again until it has it, and asks before
   a page is closed whose text it has not. Without this file the form's buttons keep it. */
(() => {
  "use strict";
  const WAIT = 1500, AGAIN = 3000, LONGEST_ANSWER = 20000;
  const SMALL = 60000; // bytes: a browser sends so many on while it closes the page

  /* Asks before the page is left, as long as something is not kept; returns what says that it is meant to be left. */
  const ask = (unsaved) => {
    let leaving = false;
    window.addEventListener("pageshow", () => { leaving = false; });
    window.addEventListener("beforeunload", (event) => { if (!leaving && unsaved()) event.preventDefault(); });
    return () => { leaving = true; };
  };

  const keep = (form) => {
    const state = document.getElementById("kept"), told = document.getElementById("told");
    let typed = false, failed = false, stopped = false, running = null, timer = 0, saves = 1;

    const say = (what) => {
      state.hidden = !what;
      if (state.textContent !== (state.dataset[what] || "")) state.textContent = state.dataset[what] || "";
      state.classList.toggle("wrong", Boolean(what) && what !== "saving");
      told.querySelectorAll("[data-saved]").forEach((each) => { each.hidden = Boolean(what); });
    };
    const sent = () => { form.elements.save.value = String(saves += 1); return new URLSearchParams(new FormData(form)).toString(); };
    const large = () => sent().length > SMALL;
    const post = (body) => fetch(form.dataset.keeping, {
      method: "POST", body, keepalive: body.length <= SMALL, signal: AbortSignal.timeout(LONGEST_ANSWER),
      headers: {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"},
    });
    const later = (why) => {
      failed = typed = true;
      say(why);
      document.dispatchEvent(new CustomEvent("relance:connection", {detail: why}));
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN);
      return false;
    };
    const run = async () => {
      do {
        typed = false;
        if (!failed) say("saving");
        let answer, words;
        try { answer = await post(sent()); words = await answer.text(); } catch { return later("away"); }
        if (answer.status === 401) return later("out");
        if (answer.status >= 500) return later("away");
        document.dispatchEvent(new CustomEvent("relance:connection", {detail: ""}));
        told.innerHTML = words;
        document.dispatchEvent(new Event("relance:told"));
        failed = !answer.ok;
        stopped = answer.headers.has("relance-unsaved");
        if (failed) { typed = true; say("stopped"); return false; }
        form.elements.of.value = answer.headers.get("relance-edition");
      } while (typed);
      say("");
      return true;
    };
    const save = () => {
      clearTimeout(timer);
      if (stopped) return Promise.resolve(false);
      return (running ||= run().finally(() => { running = null; }));
    };

    form.addEventListener("input", () => {
      typed = true;
      if (stopped) return;
      if (!failed) say("saving");
      clearTimeout(timer);
      timer = setTimeout(save, WAIT);
    });
    form.addEventListener("keep", save);
    document.addEventListener("visibilitychange", () => { if (document.hidden && typed) save(); });
    window.addEventListener("pagehide", () => {
      if (!typed || stopped) return;
      typed = false;
      post(sent()).catch(() => { typed = true; });
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) save(); });
    const leave = ask(() => failed || stopped || ((typed || running) && large()));
    form.addEventListener("submit", (event) => {
      const by = event.submitter;
      if (by && by.hasAttribute("formaction")) { leave(); return; } // with the text that could not be kept
      event.preventDefault();
      typed = true;
      save().then((kept) => {
        if (!kept || !by || by.value !== "plan") return;
        const first = told.querySelector("[data-first]"); // nobody is taken from a text that they have to go on with
        if (first) { first.hidden = false; first.focus(); return; }
        leave();
        location.assign(`/sequence-drafts/${form.elements.draft.value}/plan`);
      });
    });
  };

  document.querySelectorAll("form[data-keeping]").forEach(keep);
  document.querySelectorAll("form[data-writing]").forEach((form) => {
    let changed = form.dataset.writing === "unsaved";
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", ask(() => changed));
  });
})();
