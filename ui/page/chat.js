"use strict";
// The conversation: asks the server, keeps the turns in this browser, and shows the answers.
window.articlesQa = window.articlesQa || {};

articlesQa.chat = (element, functions) => {
  const SHOWN_AFTER_MS = 300; // An answer takes milliseconds; only a slow one is announced.
  const TURNS_SENT = 6; // Earlier turns that are sent with a question,
  const QUOTES_SENT = 3; // and how many quotes of each.
  const KEPT = 50; // Conversations.
  const NAME_CHARS = 200; // Of a question where it names something.
  const SENT_CHARS = 250_000; // Of records at once: the server takes requests of 1 MB,
  const WHOLE_CHARS = 600_000; // of which a character may take several.
  const server = articlesQa.asking(functions);
  const one = (selector, within = element) => within.querySelector(selector);
  const turns = one(".turns");
  const reader = window.gradio_config?.username; // Null where nobody need log in.
  const storage = ["articles-qa", one(".chat").dataset.index, ...(reader ? [reader] : [])].join(":");
  const tickets = new Map(); // How often each turn was asked. The answer to an earlier asking comes too late.
  let kept = load();

  function load() {
    let found = null;
    try {
      found = JSON.parse(localStorage.getItem(storage));
    } catch {
      // The text is cut off, or this browser keeps nothing: start afresh.
    }
    const sound = Array.isArray(found?.conversations) ? found.conversations.filter(isConversation) : [];
    return { conversations: sound.length ? sound : [blank()] };
  }
  // Tell whether a stored value is a list of conversations; the server checks the records themselves.
  function isConversation(kept) {
    const isText = (value) => typeof value === "string";
    const isWording = (searched) => searched == null || isText(searched);
    const isTurn = (turn) => isText(turn?.id) && isText(turn.question) && turn.record instanceof Object && isWording(turn.searched);
    return isText(kept?.id) && isText(kept.began) && Array.isArray(kept.turns) && kept.turns.every(isTurn);
  }
  function blank() {
    return { id: articlesQa.id(), began: new Date().toISOString(), turns: [] };
  }
  function save() {
    kept.conversations = kept.conversations.slice(0, KEPT);
    for (;;) {
      try {
        localStorage.setItem(storage, JSON.stringify(kept));
        return;
      } catch {
        // The browser's storage is full: drop the oldest conversation; at last, keep nothing.
        if (kept.conversations.length < 2) return;
        kept.conversations.pop();
      }
    }
  }
  // Fetch the welcome and the form that chooses articles; the articles may have changed.
  async function begin() {
    const reply = await server.begin({});
    if (reply.error) return;
    one(".welcome").innerHTML = reply.welcome;
    one(".limits").innerHTML = reply.limits;
    articlesQa.scope(element);
  }
  const conversation = () => kept.conversations[0];
  const nodeOf = (turn) => [...turns.children].find((node) => node.dataset.turn === turn.id);
  const turnOf = (node) => conversation().turns.find((turn) => turn.id === node.closest(".turn").dataset.turn);
  const say = (text) => (one(".status").textContent = text);

  // The history of a question: each turn's words and the best quotes of each part. Where they are too long, the oldest turns go.
  function remembered(turns) {
    const quote = ({ rank, text, said_by, title, start, marks }) => ({ rank, text, said_by, title, start, marks });
    const listed = (value) => (Array.isArray(value) ? value : []).filter((one) => one instanceof Object);
    const best = ({ ranks }) => (Array.isArray(ranks) ? ranks : []).slice(0, QUOTES_SENT);
    const made = turns.map(({ question, record }) => {
      const { searched, answered } = record;
      const parts = listed(record.parts).map((part) => ({ question: part.question, ranks: best(part) }));
      const ranks = parts.flatMap((part) => part.ranks);
      const quotes = listed(record.quotes).filter((one, i) => (parts.length ? ranks.includes(one.rank) : i < QUOTES_SENT));
      return { question, searched, answered, parts, quotes: quotes.map(quote) };
    });
    while (JSON.stringify(made).length > SENT_CHARS) made.shift();
    return made;
  }

  // `searched` is searched in place of the question; with null, the question is searched again.
  async function ask(question, { before = conversation().turns.length, again = null, searched } = {}) {
    question = question.trim();
    if (!question) return articlesQa.focusBox();
    one(".choosing").open = false;
    const home = conversation();
    const earlier = home.turns.slice(0, before);
    const turn = again || { id: articlesQa.id(), question, within: articlesQa.scope(element) };
    if (searched !== undefined) turn.searched = searched;
    const node = again ? nodeOf(turn) : place(turn);
    const answer = one(".answer", node);
    const ticket = (tickets.get(turn.id) || 0) + 1;
    tickets.set(turn.id, ticket);
    const isWanted = () => tickets.get(turn.id) === ticket; // Not stopped, edited or asked again meanwhile.
    const slow = setTimeout(() => {
      if (isWanted()) answer.innerHTML = '<p class="waiting">Looking … <button type="button" data-do="stop">Stop</button></p>';
    }, SHOWN_AFTER_MS);
    if (!again) lead(node);
    const left = scrollY;
    const history = remembered(earlier.slice(-TURNS_SENT));
    const reply = await server.ask({ question, history, ...turn.within, searched: turn.searched ?? null });
    clearTimeout(slow);
    if (!isWanted()) return;
    if (reply.error) return fail(node, reply.error);
    answer.innerHTML = reply.html;
    one(".tools", node).hidden = false;
    turn.record = reply.record;
    delete turn.verdict;
    press(node, "none");
    if (!home.turns.includes(turn)) home.turns.push(turn);
    const isShown = node.isConnected;
    const order = [...turns.children].map((child) => child.dataset.turn);
    if (isShown) home.turns.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)); // Of two answers, the later one may come first.
    save();
    if (!isShown) return;
    say(one(".gist, .found", answer).textContent);
    sketch(node);
    if (!again && left === scrollY && node === turns.lastChild) node.scrollIntoView({ block: "start", behavior: "instant" });
    settle(node);
    const first = one(".group .quote", answer);
    if (first && turn.record.answered && articlesQa.wide()) articlesQa.open(first, { quiet: true });
  }

  function place(turn) {
    const node = document.createElement("article");
    node.className = "turn";
    node.dataset.turn = turn.id;
    node.innerHTML =
      '<h2 class="question"><button type="button" data-do="fold" aria-expanded="true" dir="auto"></button></h2>' +
      '<p class="gathered" dir="auto"></p><div class="answer"></div>' +
      '<div class="tools" role="group" aria-label="This answer" hidden>' +
      '<button type="button" data-do="copy" data-form="clipboard">Copy with citations</button>' +
      '<button type="button" data-do="copy" data-form="markdown">Copy as Markdown</button>' +
      '<button type="button" data-do="again">Ask again</button><button type="button" data-do="edit">Edit</button>' +
      '<button type="button" data-do="right" aria-pressed="false">This answers</button>' +
      '<button type="button" data-do="wrong" aria-pressed="false">This does not</button></div>';
    const button = one(".question button", node);
    button.textContent = turn.question;
    if (turn.question.length > NAME_CHARS) button.setAttribute("aria-label", `${turn.question.slice(0, NAME_CHARS)} …`);
    turns.append(node);
    one(".welcome").hidden = true;
    listQuestions();
    return node;
  }

  // Fold the earlier turns, and bring a turn to the window's top: there is room below it for the whole window.
  function lead(node) {
    for (const other of turns.children) fold(other, other !== node);
    node.scrollIntoView({ block: "start", behavior: "instant" });
  }
  // Fold the picture where it would push the first quote out of sight.
  function settle(node) {
    const [picture, quote] = [one(".picture[open]", node), one(".answer > .group .words", node)];
    if (!picture || !quote) return;
    picture.open = quote.getBoundingClientRect().bottom <= document.querySelector("#box").getBoundingClientRect().top;
  }
  // A folded turn is its question and its first line.
  function fold(node, folded) {
    node.classList.toggle("folded", folded);
    one('[data-do="fold"]', node).setAttribute("aria-expanded", String(!folded));
  }
  function sketch(node) {
    const first = one(".gist, .answer > .group .words", node) || one(".found, .failed", node);
    one(".gathered", node).textContent = first?.textContent ?? "";
  }
  function listQuestions() {
    const items = [...turns.children].map((node) => {
      const item = document.createElement("li");
      item.innerHTML = '<button type="button" data-do="goto" dir="auto"></button>';
      item.dataset.turn = node.dataset.turn;
      const { textContent } = one(".question", node);
      item.firstChild.textContent = textContent.length > NAME_CHARS ? `${textContent.slice(0, NAME_CHARS)} …` : textContent;
      return item;
    });
    one(".questions ol").replaceChildren(...items);
    one(".questions").hidden = items.length < 2;
  }

  function fail(node, text) {
    const line = document.createElement("p");
    line.className = "failed";
    line.setAttribute("role", "alert");
    line.textContent = text;
    one(".answer", node).replaceChildren(line);
    one(".tools", node).hidden = false;
    sketch(node);
  }

  async function show() {
    turns.replaceChildren();
    one(".welcome").hidden = conversation().turns.length > 0;
    const shown = conversation().turns;
    const nodes = shown.map(place);
    nodes.slice(0, -1).forEach((node) => fold(node, true));
    listQuestions();
    list();
    if (!shown.length) return;
    for (const part of parts(shown)) {
      const reply = await server.render({ records: part.map((turn) => turn.record) });
      part.forEach((turn, i) => {
        const node = nodes[shown.indexOf(turn)];
        const answer = reply.error ? reply : reply.answers[i];
        if (typeof answer !== "string") return fail(node, answer.error);
        one(".tools", node).hidden = false;
        one(".answer", node).innerHTML = answer;
        press(node, turn.verdict);
        sketch(node);
      });
    }
    nodes.at(-1).scrollIntoView({ block: "start", behavior: "instant" });
    settle(nodes.at(-1));
  }

  // Split turns into parts that each fit into a request.
  function parts(all) {
    const made = [];
    let room = 0;
    for (const turn of all) {
      const size = JSON.stringify(turn.record).length;
      if (size > room) made.push([]), (room = SENT_CHARS);
      made.at(-1).push(turn);
      room -= size;
    }
    return made;
  }

  function list() {
    const earlier = kept.conversations.slice(1).filter((other) => other.turns.length);
    const items = earlier.map((other) => {
      const item = document.createElement("li");
      item.innerHTML = '<button type="button" data-do="recall"></button><button type="button" data-do="forget" aria-label="Forget this conversation">×</button>';
      item.dataset.conversation = other.id;
      const more = other.turns.length > 1 ? ` (+${other.turns.length - 1})` : "";
      item.firstChild.textContent = `${other.began.slice(0, 10)} · ${other.turns[0].question}${more}`;
      return item;
    });
    one(".earlier ul").replaceChildren(...items);
    one(".earlier").hidden = !items.length;
  }

  // Put a box to edit words in place of the element that shows them.
  function boxed(place, { label, words, send }) {
    const form = document.createElement("form");
    form.className = "editing";
    form.innerHTML = '<textarea rows="2" maxlength="2000"></textarea><button type="submit">Ask</button><button type="button" data-do="cancel">Cancel</button>';
    const box = one("textarea", form);
    box.setAttribute("aria-label", label);
    box.value = words;
    place.hidden = true;
    place.after(form);
    box.focus();
    const done = () => {
      form.remove();
      place.hidden = false;
      one("button", place)?.focus();
    };
    form.addEventListener("submit", (event) => (event.preventDefault(), send(box.value.trim())));
    one('[data-do="cancel"]', form).addEventListener("click", done);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), send(box.value.trim());
      if (event.key === "Escape") event.stopPropagation(), done();
    });
  }
  function edit(node, turn) {
    const heading = one(".question", node);
    const send = (question) => question && (putAside(node), ask(question, { before: drop(node) }));
    boxed(heading, { label: "The question", words: turn ? turn.question : heading.textContent, send });
  }
  // Ask the same question again, searched in other words; in its own words where the box is empty.
  // An answer that is still on its way must not replace the box.
  function reword(node, turn) {
    tickets.set(turn.id, (tickets.get(turn.id) || 0) + 1);
    const send = async (words) => {
      await ask(turn.question, { before: conversation().turns.indexOf(turn), again: turn, searched: words || null });
      one('[data-do="searched"]', node)?.focus();
    };
    boxed(one(".wording", node), { label: "What is searched", words: one(".wording q:last-of-type", node).textContent, send });
  }

  // Keep the conversation as it is among the earlier ones, where later turns would be lost by an edit.
  function putAside(node) {
    if (node === turns.lastChild) return;
    const whole = { ...conversation(), id: articlesQa.id(), turns: [...conversation().turns] };
    const edited = conversation();
    kept.conversations.splice(1, 0, whole);
    list();
    const undo = () => {
      kept.conversations = kept.conversations.filter((other) => other !== edited);
      recall(whole.id);
    };
    articlesQa.tell("The conversation as it was is kept under Earlier.", { label: "Undo", act: undo });
  }
  // Take a turn and all later ones off the page, answered or not; return how many are left.
  function drop(node) {
    const nodes = [...turns.children];
    const gone = nodes.slice(nodes.indexOf(node));
    for (const { dataset } of gone) tickets.set(dataset.turn, 0);
    gone.forEach((other) => other.remove());
    listQuestions();
    conversation().turns = conversation().turns.filter(nodeOf);
    return conversation().turns.length;
  }

  function press(node, verdict) {
    for (const word of ["right", "wrong"]) one(`[data-do="${word}"]`, node).setAttribute("aria-pressed", String(verdict === word));
  }

  async function judge(node, turn, verdict) {
    if (!turn) return;
    const chosen = turn.verdict === verdict ? "none" : verdict;
    const reply = await server.judge({ record: turn.record, verdict: chosen });
    if (reply.error) return say(reply.error), articlesQa.tell(reply.error);
    turn.verdict = chosen;
    press(node, chosen);
    save();
  }

  const ENDINGS = { word: "docx", markdown: "md", table: "csv", annotations: "jsonld", records: "json" };
  async function take(form) {
    const all = conversation().turns;
    if (!all.length) return articlesQa.tell("There is nothing to export yet.");
    const reply = form === "records" ? { text: JSON.stringify(all.map((turn) => turn.record), null, 1) } : await cite(all, form);
    if (reply.error) return articlesQa.tell(reply.error);
    const content = reply.base64 ? Uint8Array.from(atob(reply.base64), (char) => char.charCodeAt(0)) : reply.text;
    articlesQa.save(content, `articles-${conversation().began.slice(0, 16).replace(/[:T]/g, "-")}.${ENDINGS[form]}`);
  }
  // Return turns in a form that leaves the page. Markdown is put together from parts; every other form is made in one piece.
  async function cite(all, form) {
    const pieces = form === "markdown" ? parts(all) : [all];
    if (pieces.some((piece) => JSON.stringify(piece).length > WHOLE_CHARS)) return { error: "This conversation is too long for that; export Markdown, or the records." };
    const replies = [];
    for (const piece of pieces) {
      const reply = await server.cite({ records: piece.map((turn) => turn.record), page: location.origin + location.pathname, form });
      if (reply.error) return reply;
      replies.push(reply);
    }
    return replies.length === 1 ? replies[0] : { text: replies.map((reply) => reply.text).join("\n") };
  }
  async function copy(node, form) {
    const turn = turnOf(node);
    if (!turn) return;
    const reply = await cite([turn], form);
    if (reply.error) return articlesQa.tell(reply.error);
    articlesQa.copy(reply.text, node, reply.html);
  }

  // On paper, everything is open; the line above says what was asked, and when.
  let opened = [];
  addEventListener("beforeprint", () => {
    const day = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    one(".printed").textContent = `${document.title} · asked: ${one(".chosen").textContent} · printed ${day} · ${location.origin}`;
    document.querySelector("#articles-qa-note")?.remove();
    opened = [...turns.querySelectorAll(".figures:not([open]), .beside:not([open]), .misses:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));

  async function around(details) {
    const quote = details.closest(".quote");
    const place = one(".context", details);
    if (!details.open || place.childNodes.length) return;
    const { source, sha256, start, end } = quote.dataset;
    const reply = await server.around({ source, sha256, start: Number(start), end: Number(end) });
    if (reply.error) place.textContent = reply.error;
    else place.innerHTML = reply.html;
  }

  const acts = {
    new: () => {
      articlesQa.close?.();
      if (conversation().turns.length) kept.conversations.unshift(blank());
      show();
      begin();
      articlesQa.focusBox();
    },
    recall: (node) => recall(node.closest("li").dataset.conversation),
    forget: (node) => {
      const id = node.closest("li").dataset.conversation;
      kept.conversations = kept.conversations.filter((other) => other.id !== id);
      save();
      list();
    },
    read: (node) => articlesQa.openAt({ source: node.closest("li").dataset.source }),
    days: (node) => {
      const isOn = node.getAttribute("aria-pressed") === "true";
      const since = one('.limits [name="since"]');
      chooseDays(isOn ? "" : node.dataset.since, isOn ? "" : node.dataset.until);
      if (!isOn && since) Object.assign(node.dataset, { since: since.value, until: one('.limits [name="until"]').value });
      articlesQa.scope(element);
    },
    unset: (node) => {
      const { name, word } = node.dataset;
      if (name === "picked") articlesQa.picked = [];
      for (const field of element.querySelectorAll(`.limits [name="${name}"]`)) {
        if (name === "sources") field.value = field.value.split(",").map((part) => part.trim()).filter((part) => part !== word).join(", ");
        else if (name !== "outlets") field.value = "";
        else if (field.value === word) field.checked = false;
      }
      articlesQa.scope(element);
      (one(".chips button") || one(".choosing summary")).focus();
    },
    alone: (node) => {
      const turn = turnOf(node);
      ask(turn.question, { before: conversation().turns.indexOf(turn), again: turn, searched: turn.question });
    },
    take: (node) => take(node.dataset.form),
    fold: (node) => fold(node.closest(".turn"), !node.closest(".folded")),
    goto: (node) => {
      const wanted = [...turns.children].find((turn) => turn.dataset.turn === node.parentNode.dataset.turn);
      fold(wanted, false);
      wanted.scrollIntoView({ block: "start" });
      one("button", wanted).focus({ preventScroll: true });
    },
    example: (node) => ask(node.textContent),
    again: (node) => {
      const turn = turnOf(node);
      if (turn) return ask(turn.question, { before: conversation().turns.indexOf(turn), again: turn });
      const failed = node.closest(".turn");
      const question = one(".question", failed).textContent;
      failed.remove();
      listQuestions();
      return ask(question);
    },
    edit: (node) => edit(node.closest(".turn"), turnOf(node)),
    searched: (node) => reword(node.closest(".turn"), turnOf(node)),
    copy: (node) => copy(node, node.dataset.form),
    right: (node) => judge(node.closest(".turn"), turnOf(node), "right"),
    wrong: (node) => judge(node.closest(".turn"), turnOf(node), "wrong"),
    stop: (node) => {
      const stopped = node.closest(".turn");
      tickets.set(stopped.dataset.turn, tickets.get(stopped.dataset.turn) + 1);
      fail(stopped, "Stopped.");
    },
  };
  // Have the next questions ask the articles of some days; "" for both asks all.
  function chooseDays(since, until) {
    for (const [name, value] of [["since", since], ["until", until]]) {
      const field = one(`.limits [name="${name}"]`);
      if (!field) return; // The index has changed: no article shows its day any more.
      field.value = value && (value < field.min ? field.min : value > field.max ? field.max : value);
    }
    articlesQa.scope(element);
    if (turns.firstChild) articlesQa.tell(since ? `The next question asks ${one(".chosen").textContent}.` : "The next question asks all days.");
  }
  function recall(id) {
    const at = kept.conversations.findIndex((other) => other.id === id);
    if (at < 0) return;
    articlesQa.close?.();
    const [chosen] = kept.conversations.splice(at, 1);
    if (kept.conversations.length && !conversation().turns.length) kept.conversations.shift();
    kept.conversations.unshift(chosen);
    one(".earlier").open = false;
    save();
    show();
  }

  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && acts[button.dataset.do]) {
      acts[button.dataset.do](button);
      button.closest(".menu")?.removeAttribute("open");
      return;
    }
    const opener = event.target.closest(".open");
    if (!opener) return;
    const isLink = opener.matches("a"); // Of SVG, too.
    if (isLink) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // A link may be opened elsewhere.
      event.preventDefault();
    } else if (String(getSelection())) return; // Selecting words is not a click.
    articlesQa.open(opener.dataset.rank ? opener : opener.closest(".quote"), { focus: isLink });
  });
  element.addEventListener("toggle", (event) => event.target.matches(".around") && around(event.target), true);
  one(".limits").addEventListener("submit", (event) => event.preventDefault());
  one(".limits").addEventListener("input", () => articlesQa.scope(element));
  one(".limits").addEventListener("reset", () => (articlesQa.picked = []));
  one(".limits").addEventListener("reset", () => setTimeout(() => articlesQa.scope(element)));
  // Another window of this page stored conversations: list them beside the one shown here.
  addEventListener("storage", (event) => {
    if (event.key !== storage) return;
    kept.conversations = [conversation(), ...load().conversations.filter((other) => other.id !== conversation().id)];
    list();
  });
  articlesQa.ask = ask;
  articlesQa.saveNote = server.note;
  articlesQa.brushes(element, chooseDays);
  one(".leave").hidden = !reader;
  begin();
  show();
};
