/* What is typed outlives a server that does not answer. A form is sent only once it does; until then the form stays as it is, and that is
   said beside its button. Nothing is sent later by itself: its writer may have thought better of it. */
(() => {
  "use strict";
  const AGAIN = 3000, LONGEST_ANSWER = 10000, BROKEN = 500;
  const TYPED = "textarea, input:not([type]), input[type=text], input[type=email], input[type=number], input[type=url], input[type=tel]";
  const notice = document.getElementById("connection");
  if (!notice) return;

  const tell = (what) => document.dispatchEvent(new CustomEvent("relance:connection", {detail: what}));
  const answers = async () => {
    try {
      const {status} = await fetch("/state", {cache: "no-store", signal: AbortSignal.timeout(LONGEST_ANSWER)});
      return status < BROKEN;
    } catch { return false; }
  };

  const said = (form) => form.querySelector(".unsent");
  const say = (form, words) => { said(form).querySelector("span").textContent = words; };
  const beside = (form, button) => {
    const line = document.createElement("p"), words = document.createElement("span");
    line.className = "wrong unsent";
    line.setAttribute("role", "alert");
    line.append(notice.querySelector("svg").cloneNode(true), words);
    (button?.closest("p, .buttons, .field") || form.lastElementChild).after(line);
  };
  const look = (form) => setTimeout(async () => {
    if (!form.isConnected || !said(form)) return;
    if (!await answers()) { look(form); return; }
    tell("");
    if (said(form)) say(form, notice.dataset.again);
  }, AGAIN);
  const unsent = (form, button) => {
    tell("away");
    if (!said(form)) beside(form, button);
    say(form, notice.dataset.unsent);
    said(form).scrollIntoView({block: "center"}); // what is said of the whole page lies above its lower edge on a phone
    look(form);
  };

  const holdsText = (form) => [...form.querySelectorAll(TYPED)].some((each) => each.name && each.value.trim());
  const asksByItself = (form, button) => form.hasAttribute("hx-post") || ("keeping" in form.dataset && !button?.hasAttribute("formaction"));
  const asked = new WeakSet();
  let goes = null; // the form that is being sent
  document.addEventListener("submit", (event) => {
    const {target: form, submitter: button} = event;
    if (form === goes || form.method !== "post" || asksByItself(form, button) || !holdsText(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asked.has(form)) return;
    asked.add(form);
    answers().then((heard) => {
      asked.delete(form);
      if (!heard) { unsent(form, button); return; }
      said(form)?.remove();
      goes = form;
      form.requestSubmit(button?.isConnected ? button : null);
      goes = null;
    });
  }, true);
})();

/* What is written to somebody is kept in this tab, under the name of its writer and of the answer, until it is sent or its writer signs
   out. `key` is that of the reply that the form would send: where it is another one, what was sent has arrived. */
(() => {
  "use strict";
  const DRAFT = "relance:draft:", {user} = document.body.dataset;
  if (!user) return;

  const names = () => Object.keys(sessionStorage).filter((each) => each.startsWith(DRAFT));
  const drop = (name) => sessionStorage.removeItem(name);
  const put = (name, kept) => { try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* too long, or not allowed: as without script */ } };
  const here = () => {
    const thread = document.querySelector("[data-draft]");
    const form = thread?.querySelector("form.reply");
    return thread && {name: `${DRAFT}${user}:${thread.dataset.draft}`, form, area: form?.elements.text};
  };
  const keep = (sent) => {
    const {name, form, area} = here();
    if (area.value.trim()) put(name, {text: area.value, key: form.elements.key.value, sent}); else drop(name);
  };

  const restore = () => {
    const now = here();
    if (!now) return;
    const {name, form, area} = now, kept = JSON.parse(sessionStorage.getItem(name) || "null");
    if (area?.value.trim()) { if (area.value !== kept?.text) keep(false); return; } // one that was taken back, or refused
    if (!kept) return;
    if (kept.sent && kept.key !== form?.elements.key.value) { drop(name); return; }
    if (!area) return;
    area.value = kept.text;
    form.querySelector(".restored").hidden = false;
  };
  document.addEventListener("input", ({target}) => { if (target === here()?.area) keep(false); });
  document.addEventListener("submit", (event) => {
    const {target: form} = event;
    if (form.getAttribute("action") === "/sign-out") names().forEach(drop);
    else if (!event.defaultPrevented && form === here()?.form) keep(true);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".restored button");
    if (!button) return;
    const {name, area} = here();
    drop(name);
    area.value = "";
    button.closest(".restored").hidden = true;
    area.focus();
  });
  names().filter((each) => !each.startsWith(`${DRAFT}${user}:`)).forEach(drop);
  restore();
  document.addEventListener("htmx:after:swap", restore);
})();

/* A note that is half written is kept in this tab, under its writer and its task, until the task is another one or has it. */
(() => {
  "use strict";
  const NOTE = "relance:note:", {user} = document.body.dataset;
  const form = document.querySelector("form[data-note]"), name = form && `${NOTE}${user}:${form.dataset.note}`;
  const read = (each) => JSON.parse(sessionStorage.getItem(each) || "null");
  const put = (kept) => { try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* not allowed: as without script */ } };
  if (!user) return;
  Object.keys(sessionStorage).filter((each) => each.startsWith(NOTE) && each !== name).forEach((each) => {
    if (!each.startsWith(`${NOTE}${user}:`) || (form && read(each)?.sent)) sessionStorage.removeItem(each);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out")
      Object.keys(sessionStorage).filter((each) => each.startsWith(NOTE)).forEach((each) => sessionStorage.removeItem(each));
  });
  if (!form) return;
  const {note} = form.elements, kept = read(name);
  if (kept && kept.text === note.value) sessionStorage.removeItem(name);
  else if (kept && kept.text) note.value = kept.text;
  note.addEventListener("input", () => put({text: note.value, sent: false}));
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented && note.value.trim()) put({text: note.value, sent: true}); });
})();
