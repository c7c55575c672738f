"use strict";
// Stars, tags and notes of readers on quotes and articles, wherever they are shown.
window.articlesQa = window.articlesQa || {};

{
  const PLACE = ["source", "start", "end"];
  const tagsOf = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);
  const isStarred = (row) => row.querySelector('[data-do="star"]').getAttribute("aria-pressed") === "true";

  // Keep a note, and show it wherever its place is shown.
  async function keep(row, { star = isStarred(row), tags = tagsOf(row.dataset.tags), words = row.dataset.words }) {
    const { source, sha256, start, end, what } = row.dataset;
    const reply = await articlesQa.saveNote({ source, sha256, start: Number(start), end: Number(end), star, tags, words, what });
    if (reply.error) return articlesQa.tell(reply.error);
    const made = document.createElement("template");
    made.innerHTML = reply.html.trim();
    for (const other of document.querySelectorAll(".noting")) {
      if (!PLACE.every((name) => other.dataset[name] === row.dataset[name])) continue;
      const fresh = made.content.firstChild.cloneNode(true);
      for (const button of fresh.querySelectorAll("button")) {
        button.setAttribute("aria-label", other.querySelector(`[data-do="${button.dataset.do}"]`).getAttribute("aria-label"));
      }
      fresh.dataset.what = other.dataset.what;
      other.replaceWith(fresh);
      if (other === row) row = fresh;
    }
    return row;
  }

  function edit(row) {
    const form = document.createElement("form");
    form.className = "noting-form";
    form.innerHTML =
      '<label>Tags, commas between them <input name="tags" maxlength="500"></label>' +
      '<label>Note <textarea name="words" rows="2" maxlength="2000"></textarea></label>' +
      '<p><button type="submit">Keep</button> <button type="button">Cancel</button> <span class="hint">Kept beside the index, for all who use it.</span></p>';
    const [tags, words] = [form.elements.tags, form.elements.words];
    tags.value = row.dataset.tags;
    words.value = row.dataset.words;
    const done = (other = row) => {
      form.remove();
      other.hidden = false;
      other.querySelector('[data-do="note"]').focus();
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const kept = await keep(row, { tags: tagsOf(tags.value), words: words.value });
      if (kept) done(kept);
    });
    form.querySelector('[type="button"]').addEventListener("click", () => done());
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation(), done();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    row.hidden = true;
    row.after(form);
    tags.focus();
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".noting [data-do]");
    if (!button) return;
    const row = button.closest(".noting");
    if (button.dataset.do === "note") return edit(row);
    const kept = await keep(row, { star: !isStarred(row) });
    kept?.querySelector('[data-do="star"]').focus();
  });
  // What was noted beside an answer stands in the list of articles, too.
  document.addEventListener("click", ({ target }) => target.closest?.("#articles-button") && articlesQa.listAgain?.());
}
