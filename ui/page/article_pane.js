"use strict";
// The article beside the conversation: opened at a quote, a place or a link, and walked from quote to quote.
window.articlesQa = window.articlesQa || {};

articlesQa.reading = (element, functions) => {
  const MOST_MARKS = 100; // In one article: the server marks no more.
  const server = articlesQa.asking(functions);
  const one = (selector) => element.querySelector(selector);
  const pane = one(".reading");
  const body = one(".body");
  const empty = body.innerHTML;
  let shown = null; // { source, sha256, turn, spans: [[start, end, rank]] }
  let current = null; // { quote, opener, rank }: the rank that is lit up, its quote, and the element that opened it.
  let newest = 0; // The number of the last article asked for; earlier ones are not shown.

  // Open the article of an element of the conversation and light the element up: a quote, a value of a table, or a link
  // that tells who a speaker is. A value is lit up inside its quote.
  async function open(opener, { focus = false, quiet = false } = {}) {
    const { source, sha256, start, end, rank } = opener.dataset;
    const turn = opener.closest(".turn");
    const isQuote = opener.matches(".quote");
    const all = [...turn.querySelectorAll(".quote")];
    const beside = all.filter((other) => other.dataset.source === source && other.dataset.sha256 === sha256);
    const isMarked = isQuote && beside.length <= MOST_MARKS;
    const lit = isMarked ? beside : [...beside.filter((other) => other !== opener).slice(0, MOST_MARKS - 1), opener];
    const spans = lit.map(({ dataset }) => [Number(dataset.start), Number(dataset.end), Number(dataset.rank)]);
    const same = shown?.source === source && shown.sha256 === sha256 && String(shown.spans) === String(spans);
    const there = same && shown.turn === turn.dataset.turn && marks(rank).length;
    if (!there && !(await fetchArticle({ source, sha256, at: Number(start), spans }, turn.dataset.turn))) return;
    const quote = isQuote ? opener : beside.find((other) => other.dataset.rank === opener.dataset.quote) || null;
    choose({ quote, opener, rank });
    light(rank, { quiet });
    picture({ source, sha256, start: Number(start), end: Number(end) });
    address({ source, start, end, sha256: sha256.slice(0, 16) });
    if (focus) body.focus({ preventScroll: true });
  }

  // Open an article at a place outside the conversation: from a link, or from the list of articles.
  async function openAt({ source, start = 0, end = 0, sha256 = "" }) {
    const spans = end > start ? [[start, end, 1]] : [];
    if (!(await fetchArticle({ source, sha256, at: start, spans }, ""))) return;
    choose(spans.length ? { quote: null, opener: null, rank: "1" } : null);
    light(current?.rank, {});
    if (current) picture({ source, sha256: shown.sha256, start, end });
    if (!current) bring(one(".here"));
    address(current ? { source, start, end, sha256: shown.sha256.slice(0, 16) } : { source });
    if (!articlesQa.wide()) body.focus({ preventScroll: true });
  }

  async function fetchArticle(request, turn) {
    const ticket = ++newest;
    const reply = await server.article(request);
    if (ticket !== newest) return false;
    if (reply.error) {
      const line = document.createElement("p");
      line.className = "failed";
      line.setAttribute("role", "alert");
      line.textContent = reply.error;
      body.replaceChildren(line);
      shown = null;
      choose(null);
      one(".finding").hidden = true;
      one(".strip").hidden = false; // With Close: the line may cover the conversation.
      position();
      cover(true);
      return false;
    }
    body.innerHTML = reply.html;
    if (shown?.source !== request.source) forget();
    shown = { ...request, sha256: request.sha256 || reply.sha256, turn };
    one(".strip").hidden = one(".finding").hidden = false;
    cover(true);
    position();
    return true;
  }

  // Show the pages of a PDF on which a quote stands, above its text, its words lit up.
  async function picture(request) {
    const figure = body.querySelector(".pages");
    if (!figure) return;
    const ticket = newest;
    const reply = await server.picture(request);
    if (ticket !== newest || !figure.isConnected) return;
    figure.innerHTML = reply.html || "";
    figure.hidden = !figure.firstElementChild;
    bring(figure.querySelector(".lit") || marks(current?.rank)[0]);
  }

  const marks = (rank) => [...body.querySelectorAll("mark.quoted")].filter((mark) => mark.dataset.rank.split(" ").includes(String(rank)));

  // Show a quote in the middle of the pane; flash it unless it came up by itself.
  function light(rank, { quiet = false }) {
    body.querySelectorAll("mark.current, mark.flash").forEach((mark) => mark.classList.remove("current", "flash"));
    const lit = marks(rank);
    position();
    bring(lit[0], lit.at(-1));
    for (const mark of lit) {
      mark.classList.add("current");
      if (!quiet) mark.classList.add("flash");
    }
  }

  // Scroll the pane, and only the pane, until the elements from first to last are in its middle.
  function bring(first, last = first) {
    if (!first) return;
    const above = body.scrollTop - body.getBoundingClientRect().top;
    const [top, bottom] = [first.getBoundingClientRect().top + above, last.getBoundingClientRect().bottom + above];
    const isTall = bottom - top > body.clientHeight; // Then the beginning is shown.
    const head = body.querySelector(".masthead")?.offsetHeight ?? 0; // It stays on top of the text.
    body.scrollTop = isTall ? top - head - 12 : (top + bottom - body.clientHeight - head) / 2;
  }

  function choose(chosen) {
    document.querySelectorAll(".quote.current, a.current").forEach((other) => other.classList.remove("current"));
    current = chosen;
    for (const node of [current?.quote, current?.opener]) node?.classList.add("current");
  }
  function quotes() {
    const turn = current?.quote?.closest(".turn") || document.querySelector(".turn:last-child");
    return turn ? [...turn.querySelectorAll(".answer > .group .quote, .misses[open] .quote, .beside[open] .quote")] : [];
  }
  function step(by) {
    const all = quotes();
    if (!all.length) return;
    const at = current?.quote ? all.indexOf(current.quote) : -1;
    const next = at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by];
    if (next) open(next).then(() => next.scrollIntoView({ block: "nearest" }));
  }
  function position() {
    const all = quotes();
    const at = current?.quote ? all.indexOf(current.quote) : -1;
    one(".position").textContent = at >= 0 ? `Quote ${at + 1} of ${all.length}` : "";
    one('[data-do="previous"]').disabled = at <= 0;
    one('[data-do="next"]').disabled = !all.length || at === all.length - 1;
    const others = new Set([...body.querySelectorAll("mark.quoted")].flatMap((mark) => mark.dataset.rank.split(" ")));
    others.delete(String(current?.rank));
    const legend = body.querySelector(".legend");
    if (legend) legend.hidden = at < 0;
    if (legend && at >= 0) {
      body.querySelector(".legend .others").textContent = others.size ? `${others.size} more from this answer` : "";
      body.querySelector(".legend .others").hidden = !others.size;
    }
    one('[data-do="copy"]').disabled = one('[data-do="link"]').disabled = !marks(current?.rank).length;
  }

  function address(place) {
    const url = new URL(location.href);
    url.search = place ? new URLSearchParams(place).toString() : "";
    history.replaceState(history.state, "", url);
    return url.href;
  }
  // Where the window is narrow, the article covers the conversation, as an entry of its own in the browser's history: Back
  // closes it.
  function cover(isOpen) {
    pane.classList.toggle("full", isOpen);
    const covers = isOpen && !articlesQa.wide();
    document.querySelector("#left").inert = covers;
    document.documentElement.style.overflow = covers ? "hidden" : "";
    if (covers && !history.state?.articlesQa) history.pushState({ ...history.state, articlesQa: true }, "", location.href);
  }
  addEventListener("popstate", () => pane.matches(".full") && !history.state?.articlesQa && shut());
  matchMedia("(min-width: 60rem)").addEventListener("change", () => cover(pane.matches(".full")));

  function close() {
    if (history.state?.articlesQa) history.back(); // Which shuts.
    else shut();
  }
  function shut() {
    newest++;
    const back = current?.opener;
    shown = null;
    choose(null);
    forget();
    body.innerHTML = empty;
    one(".strip").hidden = one(".finding").hidden = true;
    cover(false);
    address(null);
    if (back) (back.matches("a") ? back : back.querySelector("a.open")).focus();
  }

  // The quote, who says it, and where it stands, as plain text and as HTML.
  function cited() {
    const lit = marks(current.quote?.dataset.rank ?? current.rank); // For a value, its quote.
    const sheet = body.querySelector(".sheet");
    const lines = lit.map((mark) => Number(mark.closest(".line").dataset.line));
    const where = lines[0] === lines.at(-1) ? `line ${lines[0]}` : `lines ${lines[0]}-${lines.at(-1)}`;
    const words = lit.map((mark) => mark.textContent).join("").trim();
    const { source, title, outlet, day } = sheet.dataset;
    const about = [current.quote?.dataset.said, outlet, day, title && `“${title}”`].filter(Boolean).join(", ");
    const start = current.quote?.dataset ?? Object.fromEntries(["start", "end"].map((edge, i) => [edge, spanOf(current.rank)[i]]));
    const link = new URL("?" + new URLSearchParams({ source, start: start.start, end: start.end, sha256: shown.sha256.slice(0, 16) }), location.href).href;
    const rich = document.createElement("div");
    rich.innerHTML = "<blockquote></blockquote><p></p>";
    rich.firstChild.textContent = `“${words}”`;
    const named = document.createElement("a");
    named.href = link;
    named.textContent = `${source}, ${where}`;
    rich.lastChild.append(about ? `— ${about} (` : "— (", named, ")");
    return { text: `“${words}”\n— ${about ? `${about} ` : ""}(${source}, ${where})\n${link}`, html: rich.innerHTML };
  }
  const spanOf = (rank) => (shown.spans.find((span) => String(span[2]) === String(rank)) || []).map(String);

  // Find words in the whole article, also where only a part of it is shown.
  const HIT = 5_000; // The rank of what was found, beyond all others.
  let found = null; // { words, places: [[start, end]], at }
  function forget() {
    found = null;
    one(".finding input").value = one(".hits").textContent = "";
  }
  async function find(by) {
    const words = one(".finding input").value.trim();
    if (!words || !shown) return;
    const { source, sha256, turn } = shown;
    if (found?.words !== words) {
      const reply = await server.find({ source, words });
      if (reply.error) return articlesQa.tell(reply.error);
      found = { words, places: reply.places, at: by > 0 ? -1 : 0 };
    }
    const all = found.places.length;
    found.at = all ? (found.at + by + all) % all : -1;
    one(".hits").textContent = all ? `${found.at + 1} of ${all}` : "not in this article";
    if (!all) return;
    const [start, end] = found.places[found.at];
    const spans = [...shown.spans.filter((span) => span[2] !== HIT).slice(0, MOST_MARKS - 1), [start, end, HIT]];
    if (!(await fetchArticle({ source, sha256, at: start, spans }, turn))) return;
    choose({ quote: null, opener: null, rank: String(HIT) });
    light(HIT, {});
  }

  const acts = {
    previous: () => step(-1),
    next: () => step(1),
    copy: (button) => {
      const { text, html } = cited();
      articlesQa.copy(text, button, html);
    },
    link: (button) => {
      const [start, end] = spanOf(current.rank);
      articlesQa.copy(address({ source: shown.source, start, end, sha256: shown.sha256.slice(0, 16) }), button);
    },
    close,
  };
  one(".finding").addEventListener("submit", (event) => (event.preventDefault(), find(1)));
  one(".finding").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) event.preventDefault(), find(-1);
  });
  element.addEventListener("click", async (event) => {
    const more = event.target.closest(".more");
    if (more) {
      const at = Number(more.dataset.at);
      const { source, sha256, spans, turn } = shown;
      if (!(await fetchArticle({ source, sha256, at, spans }, turn))) return;
      light(current?.rank, { quiet: true });
      bring(one(".here")); // The reader's place, not the quote's.
      body.focus({ preventScroll: true });
      return;
    }
    const button = event.target.closest("[data-do]");
    if (button) acts[button.dataset.do](button);
  });

  Object.assign(articlesQa, { open, openAt, step, close, reads: () => pane.matches(".full") });
  const link = new URLSearchParams(location.search);
  if (link.get("source")) {
    openAt({ source: link.get("source"), start: Number(link.get("start")) || 0, end: Number(link.get("end")) || 0, sha256: link.get("sha256") || "" });
  }
};
