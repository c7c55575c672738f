"use strict";
// A draft that is checked: its quotations are looked for in the articles.
window.articlesQa = window.articlesQa || {};

articlesQa.draft = (element, functions) => {
  const MAX_BYTES = 600_000; // Of a file: it is sent as text, which is a third longer.
  const server = articlesQa.asking(functions);
  const one = (selector) => element.querySelector(selector);
  const say = (text) => (one(".status").textContent = text);
  let newest = 0; // The number of the last check; an earlier one that ends later is not shown.

  async function check(request) {
    const number = ++newest;
    say("Looking …");
    const reply = await server.check(request);
    if (number !== newest) return;
    say(reply.error ?? "");
    one(".result").innerHTML = reply.html ?? "";
    if (reply.html) one(".tally").focus();
  }
  async function send(file) {
    if (file.size > MAX_BYTES) return say(`${file.name}: too large; check it in parts`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    check({ name: file.name, base64: btoa(text) });
  }
  articlesQa.checkFile = send;
  one(".drafting").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = one("textarea").value;
    if (text.trim()) check({ text });
    else one("textarea").focus();
  });
  one("textarea").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) one(".drafting").requestSubmit();
  });
  one("[type=file]").addEventListener("change", ({ target }) => {
    if (target.files[0]) send(target.files[0]);
    target.value = ""; // So that the same file can be chosen again.
  });
  one(".result").addEventListener("click", (event) => {
    const place = event.target.closest("[data-do=read]");
    if (!place) return;
    const { source, sha256, start, end } = place.dataset;
    articlesQa.openAt({ source, sha256, start: Number(start), end: Number(end) });
  });
};
