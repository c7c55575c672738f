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

  // Return the articles to ask, as the form says; show the choice beside the form.
  scope: (element) => {
    const form = new FormData(element.querySelector(".limits"));
    const sources = String(form.get("sources") || "").split(",").map((part) => part.trim()).filter(Boolean);
    const outlets = form.getAll("outlets").map(String);
    const [since, until] = [form.get("since") || null, form.get("until") || null];
    const parts = [...sources, ...outlets, since && `from ${since}`, until && `to ${until}`].filter(Boolean);
    element.querySelector(".chosen").textContent = parts.length ? parts.join(", ") : "all articles";
    return { sources, outlets, since, until };
  },

  copy: async (text, button) => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
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

  save: (text, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },

  // Show a line at the foot of the page for a moment.
  tell: (text) => {
    let note = document.querySelector("#articles-qa-note");
    if (!note) {
      note = document.createElement("div");
      note.id = "articles-qa-note";
      note.setAttribute("role", "status");
      document.body.append(note);
    }
    note.textContent = text;
    note.classList.add("told");
    clearTimeout(articlesQa.told);
    articlesQa.told = setTimeout(() => note.classList.remove("told"), 4_000);
  },
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
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
  else if (event.key === "/") event.preventDefault(), articlesQa.focusBox();
});
