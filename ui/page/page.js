"use strict";
// Shared by the parts of the page: the question box, the clipboard, files to save, and the keys.
window.articlesQa = window.articlesQa || {};

Object.assign(articlesQa, {
  id: () => Math.random().toString(36).slice(2, 12),
  wide: () => matchMedia("(min-width: 60rem)").matches,
  // The functions by which a part asks the server. An answer always comes, at worst {error: a line for people}.
  asking: (functions) => {
    const failed = () => ({ error: "The server is busy or cannot be reached. Try again in a moment." });
    const safe = ([name, call]) => [name, (request) => call(request).then((reply) => reply ?? failed(), failed)];
    return Object.fromEntries(Object.entries(functions).map(safe));
  },
  focusBox: () => document.querySelector("#question textarea, #question input")?.focus(),
  // Go to the field of the tab that is shown: the question, the search of the list, the draft.
  focusField: () => {
    const fields = document.querySelectorAll("#question textarea, #question input, .corpus .find input, .drafting textarea");
    [...fields].find((field) => field.checkVisibility())?.focus();
  },
  // List the keys over the page.
  showKeys: () => {
    let keys = document.querySelector("#articles-qa-keys");
    if (!keys) {
      keys = document.createElement("dialog");
      keys.id = "articles-qa-keys";
      keys.setAttribute("aria-labelledby", "articles-qa-keys-title");
      const KEYS = [["/", "the question, the search or the draft"], ["j", "next quote"], ["k", "quote before"], ["Enter", "ask; open what has the focus"], ["Esc", "leave the field, close a menu or the article"], ["?", "these keys"]];
      keys.innerHTML = '<h2 id="articles-qa-keys-title">Keys</h2><dl>' + KEYS.map(([key, words]) => `<dt><kbd>${key}</kbd></dt><dd>${words}</dd>`).join("") + '</dl><form method="dialog"><button autofocus>Close</button></form>';
      document.body.append(keys);
    }
    keys.showModal();
  },

  picked: [], // Files that were chosen in the list of articles, at most as many as a request may name.
  only: (sources) => {
    const MOST = 80;
    articlesQa.picked = sources.slice(0, MOST);
    if (sources.length > MOST) articlesQa.tell(`Only the first ${MOST} are asked.`);
    articlesQa.scope(document.querySelector(".chat"));
    document.querySelector("#asking-button")?.click();
    setTimeout(articlesQa.focusBox); // Once the tab is there.
  },
  // Return the articles to ask, as the form says; show the choice beside the form.
  scope: (element) => {
    const form = new FormData(element.querySelector(".limits"));
    const typed = String(form.get("sources") || "").split(",").map((part) => part.trim()).filter(Boolean);
    const sources = [...typed, ...articlesQa.picked];
    const outlets = form.getAll("outlets").map(String);
    const [since, until] = [form.get("since") || null, form.get("until") || null];
    const some = articlesQa.picked.length ? [`${articlesQa.picked.length} chosen`] : [];
    const parts = [...typed, ...some, ...outlets, since && `from ${articlesQa.day(since)}`, until && `to ${articlesQa.day(until)}`].filter(Boolean);
    element.querySelector(".chosen").textContent = parts.length ? parts.join(", ") : "all articles";
    const chips = [...typed.map((word) => ["sources", word]), ...some.map((word) => ["picked", word]), ...outlets.map((word) => ["outlets", word]), ["since", since], ["until", until]];
    const items = chips.filter(([, word]) => word).map(([name, word]) => {
      const item = document.createElement("li");
      item.innerHTML = '<button type="button" data-do="unset"><bdi></bdi> <span aria-hidden="true">×</span></button>';
      Object.assign(item.firstChild.dataset, { name, word });
      const shown = name === "since" ? `from ${articlesQa.day(word)}` : name === "until" ? `to ${articlesQa.day(word)}` : word;
      item.querySelector("bdi").textContent = shown;
      item.firstChild.setAttribute("aria-label", `${shown}, take off`);
      return item;
    });
    element.querySelector(".chips").replaceChildren(...items);
    element.querySelector(".choosing").classList.toggle("some", items.length > 0);
    for (const bar of element.querySelectorAll('[data-do="days"]')) {
      bar.setAttribute("aria-pressed", String(bar.dataset.since === since && bar.dataset.until === until));
    }
    return { sources, outlets, since, until };
  },
  // "4 Mar 2025" for "2025-03-04".
  day: (text) => {
    const [year, month, day] = text.split("-").map(Number);
    return `${day} ${"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[month - 1]} ${year}`;
  },

  // Put text on the clipboard; with `html`, also as rich text, for word processors.
  copy: async (text, button, html) => {
    let copied = true;
    try {
      const blob = (type, content) => new Blob([content], { type });
      const both = html && { "text/plain": blob("text/plain", text), "text/html": blob("text/html", html) };
      if (both && window.ClipboardItem) await navigator.clipboard.write([new ClipboardItem(both)]);
      else await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure connection the page has no clipboard; the old way still works.
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      copied = document.execCommand("copy");
      area.remove();
    }
    articlesQa.tell(copied ? "Copied." : "This browser does not let the page copy. Select the words and copy them yourself.");
    button?.focus();
  },

  save: (content, name) => {
    const link = document.createElement("a");
    const type = typeof content === "string" ? "text/plain;charset=utf-8" : "application/octet-stream";
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },

  // Show a line at the foot of the page for a moment; with `more`, a button that acts on it.
  tell: (text, more) => {
    let note = document.querySelector("#articles-qa-note");
    if (!note) {
      note = document.createElement("div");
      note.id = "articles-qa-note";
      note.setAttribute("role", "status");
      document.body.append(note);
    }
    note.textContent = text;
    if (more) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = more.label;
      button.addEventListener("click", () => (note.classList.remove("told"), more.act()));
      note.append(" ", button);
    }
    note.classList.add("told");
    clearTimeout(articlesQa.told);
    articlesQa.told = setTimeout(() => note.classList.remove("told"), more ? 12_000 : 4_000);
  },
});

document.addEventListener("pointerdown", ({ target }) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("dialog")) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    const menu = event.target.closest?.(".menu[open]") || document.querySelector(".menu[open]");
    if (menu) menu.open = false;
    else if (typing) event.target.blur();
    else if (articlesQa.reads?.()) articlesQa.close();
    return;
  }
  if (typing) return;
  if (event.key === "j") articlesQa.step?.(1);
  else if (event.key === "k") articlesQa.step?.(-1);
  else if (event.key === "/") event.preventDefault(), articlesQa.focusField();
  else if (event.key === "?") articlesQa.showKeys();
});
// Files may be dropped anywhere: on the draft's tab as the draft, else as articles. A browser would open them in place of the page.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (kind === "dragover") return;
    const files = [...event.dataTransfer.files];
    if (document.querySelector(".drafting")?.checkVisibility()) articlesQa.checkFile(files[0]);
    else if (articlesQa.addFiles) document.querySelector("#articles-button")?.click(), articlesQa.addFiles(files);
    else articlesQa.tell("Articles cannot be added here.");
  });
}
