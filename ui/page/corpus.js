"use strict";
// The list of articles: found, opened, added, taken out and brought back; and the progress of a change.
window.articlesQa = window.articlesQa || {};

articlesQa.corpus = (element, functions) => {
  const POLL_MS = 400;
  const server = articlesQa.asking(functions);
  const one = (selector) => element.querySelector(selector);
  let shown = { query: "", offset: 0, order: "newest", outlet: "", month: "", mark: "" };
  let watching = false;
  let seen = 0; // The number of the last change whose outcome was shown.

  async function list(request = shown) {
    const reply = await server.listing(request);
    if (reply.error) return lost(reply.error);
    shown = request;
    one(".list").innerHTML = reply.html;
  }

  // Say why there is no list, with a way to try again.
  function lost(reason) {
    const line = document.createElement("p");
    line.className = "failed";
    line.setAttribute("role", "alert");
    line.textContent = `${reason} `;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.do = "retry";
    button.textContent = "Try again";
    line.append(button);
    one(".list").replaceChildren(line);
  }
  const chosen = () => [...element.querySelectorAll(".chosen-row:checked")].map((box) => box.closest(".article").dataset.source);

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

  async function change(request, refused = []) {
    const reply = await server.change(request);
    report(reply.error || "", refused);
    if (!reply.error) watch();
  }

  // Send a file; return the reason where the server refuses it, "" otherwise.
  async function send(file) {
    try {
      const reply = await fetch(`/articles/${encodeURIComponent(file.name)}?more`, { method: "PUT", body: file });
      const line = (await reply.text()).trim();
      return reply.ok ? "" : reply.status === 422 ? line : `${file.name}: ${line}`; // 422 names the file itself.
    } catch {
      return `${file.name}: could not be sent; try again`;
    }
  }
  // Send files one after the other, then have all of them read at once.
  async function add(files) {
    const refused = [];
    for (const [at, file] of files.entries()) {
      report(`Sending ${at + 1} of ${files.length}`, refused);
      const reason = await send(file);
      if (reason) refused.push(reason);
    }
    const added = files.length - refused.length;
    if (added) await change({ added }, refused);
    else report("", refused);
  }
  let sending = Promise.resolve(); // Files that are dropped meanwhile follow.
  const enqueue = (files) => (sending = sending.then(() => add(files)));

  const acts = {
    read: (button) => {
      const { start = 0, end = 0 } = button.dataset;
      articlesQa.openAt({ source: button.closest(".article").dataset.source, start: Number(start), end: Number(end) });
    },
    export: async ({ dataset: { form } }) => {
      const reply = await server.export({ form });
      if (reply.error) articlesQa.tell(reply.error);
      else articlesQa.save(reply.text, `notes.${form}`);
    },
    page: (button) => list({ ...shown, offset: Number(button.dataset.offset) }).then(() => one(".range").focus()),
    retry: () => list(),
    sort: (button) => {
      const { order } = button.dataset;
      const words = button.textContent;
      list({ ...shown, offset: 0, order }).then(() => {
        [...element.querySelectorAll("[data-do=sort]")].find((other) => other.textContent === words)?.focus();
      });
    },
    facet: (button) => {
      const { name, value } = button.dataset;
      list({ ...shown, offset: 0, [name]: shown[name] === value ? "" : value }).then(() => {
        [...element.querySelectorAll("[data-do=facet]")].find((other) => other.dataset.name === name && other.dataset.value === value)?.focus();
      });
    },
    askThese: () => articlesQa.only(chosen()),
    outThese: (button) => (button.dataset.sure ? change({ exclude: chosen() }) : makeSure(button)),
    again: () => change({}),
    back: (button) => change({ restore: [button.closest("li").dataset.source] }),
    out: (button) => {
      if (button.dataset.sure) return change({ exclude: [button.closest(".article").dataset.source] });
      makeSure(button);
    },
  };
  // Have a second press confirm the first.
  function makeSure(button) {
    const { textContent } = button;
    const label = button.getAttribute("aria-label") || textContent;
    const really = (words) => `Really ${words[0].toLowerCase()}${words.slice(1)}?`;
    button.dataset.sure = "yes";
    button.textContent = really(textContent);
    button.setAttribute("aria-label", really(label));
    button.focus();
    const calmed = () => {
      delete button.dataset.sure;
      button.textContent = textContent;
      button.setAttribute("aria-label", label);
    };
    button.addEventListener("blur", calmed, { once: true });
  }
  element.addEventListener("change", ({ target }) => {
    if (!target.matches(".chosen-row")) return;
    const number = chosen().length;
    one(".chosen-rows").hidden = !number;
    one(".chosen-rows .number").textContent = `${number} chosen:`;
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do]?.(button); // Notes have acts of their own.
  });
  one(".find").addEventListener("submit", (event) => {
    event.preventDefault();
    list({ ...shown, query: new FormData(event.target).get("query"), offset: 0 });
  });
  const zone = one(".drop");
  if (zone) {
    articlesQa.addFiles = enqueue;
    zone.addEventListener("change", ({ target }) => {
      enqueue([...target.files]);
      target.value = ""; // So that the same file can be chosen again.
    });
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault(); // Else the browser would open the file.
        zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
        if (kind === "drop") enqueue([...event.dataTransfer.files]);
      });
    }
  }
  if (one(".progress")) {
    server.progress({}).then((change) => {
      if (change.error) return;
      seen = change.finished ? change.number : change.number - 1;
      watch();
    });
  }
  articlesQa.listAgain = () => list();
  list();
};
