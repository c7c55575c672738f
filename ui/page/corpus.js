"use strict";
// The list of articles: found, opened, taken out and brought back; and how far a change of them is.
window.articlesQa = window.articlesQa || {};

articlesQa.corpus = (element, functions) => {
  const POLL_MS = 400;
  const server = articlesQa.asking(functions);
  const one = (selector) => element.querySelector(selector);
  let shown = { query: "", offset: 0 };
  let watching = false;
  let seen = 0; // The number of the last change whose outcome was shown.

  async function list(request = shown) {
    const reply = await server.listing(request);
    if (reply.error) return report(reply.error);
    shown = request;
    one(".list").innerHTML = reply.html;
  }

  function report(outcome, refused = []) {
    const place = one(".outcome");
    if (!place) return articlesQa.tell(outcome);
    place.textContent = outcome;
    const items = refused.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    });
    one(".refused").replaceChildren(...items);
  }

  // Follow a change until it is done.
  async function watch() {
    if (watching || !one(".progress")) return;
    watching = true;
    for (;;) {
      const change = await server.progress({});
      if (!change.error) {
        one(".progress").hidden = change.finished;
        one(".doing").textContent = change.doing;
        const bar = one("progress");
        if (change.total) [bar.max, bar.value] = [change.total, change.done];
        else bar.removeAttribute("value");
        one(".far").textContent = change.total ? `${change.done} of ${change.total} passages` : "";
        if (change.finished) {
          watching = false;
          if (change.number > seen) {
            seen = change.number;
            const before = [...element.querySelectorAll(".refused li")].map((item) => item.textContent);
            report(change.outcome, [...before, ...change.refused]);
            await list();
          }
          return;
        }
      }
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }

  async function change(request) {
    const reply = await server.change(request);
    if (reply.error) return report(reply.error);
    report("");
    watch();
  }

  const acts = {
    read: (button) => articlesQa.openAt({ source: button.closest(".article").dataset.source }),
    page: (button) => list({ ...shown, offset: Number(button.dataset.offset) }).then(() => one(".range").focus()),
    again: () => change({}),
    back: (button) => change({ restore: [button.closest("li").dataset.source] }),
    out: (button) => {
      if (button.dataset.sure) return change({ exclude: [button.closest(".article").dataset.source] });
      const label = button.getAttribute("aria-label");
      button.dataset.sure = "yes";
      button.textContent = "Really take out?";
      button.setAttribute("aria-label", `Really ${label[0].toLowerCase()}${label.slice(1)}?`);
      button.focus();
      const calmed = () => {
        delete button.dataset.sure;
        button.textContent = "Take out";
        button.setAttribute("aria-label", label);
      };
      button.addEventListener("blur", calmed, { once: true });
    },
  };
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do](button);
  });
  one(".find").addEventListener("submit", (event) => {
    event.preventDefault();
    list({ query: new FormData(event.target).get("query"), offset: 0 });
  });
  // Files were dropped: some may have been refused at once, one a line; the others are being read.
  articlesQa.changing = (refused) => {
    report("", refused ? refused.split("\n") : []);
    watch();
  };
  if (one(".progress")) {
    server.progress({}).then((change) => {
      if (change.error) return;
      seen = change.finished ? change.number : change.number - 1;
      watch();
    });
  }
  list();
};
