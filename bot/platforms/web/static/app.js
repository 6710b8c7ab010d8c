// Makes the chat page quicker: forms without a reload, and new cards as they come.
// Rule: everything works without this file; it only swaps parts that the server drew.
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const read = (answer) => answer.text().then((text) => new DOMParser().parseFromString(text, "text/html"));
  let stream = null, timer = 0, failures = 0;

  function tell(text, loud) {
    if (find("status").textContent !== text) find("status").textContent = text;
    find("status").className = loud ? "loud" : "";
  }

  // Puts `fresh` in the place of `old`, but never under the hands of somebody who types there.
  function put(old, fresh, own) {
    if (old.dataset.v === fresh.dataset.v) return false;
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    if (held && !own && held.matches("input")) return false;
    old.replaceWith(fresh);
    if (!held) return true;
    const like = [...fresh.querySelectorAll("button, input:not([type=hidden]), a")]
      .find((one) => one.id === held.id && one.name === held.name && (one.id || one.value === held.value));
    fresh.tabIndex = -1;
    (like || fresh).focus({ preventScroll: true });
    return true;
  }
  function reach(card) {
    const log = find("log"), box = log.getBoundingClientRect(), it = card.getBoundingClientRect();
    log.scrollTop += it.height > box.height ? it.top - box.top : it.bottom - box.bottom;
  }

  function take(page, own) {
    const version = Number(page.body.dataset.version);
    if (!version) return tell(page.querySelector("h1").textContent, true);
    if (version < Number(document.body.dataset.version)) return;
    document.body.dataset.version = version;
    for (const name of ["lang", "dir"]) document.documentElement[name] = page.documentElement[name];
    document.title = page.title;
    for (const name of ["key", "token"]) {
      const fresh = page.querySelector(`#say [name=${name}]`).value;
      for (const input of document.querySelectorAll(`[name=${name}]`)) input.value = fresh;
    }
    let newest = null, kept = new Set();
    for (const fresh of page.querySelectorAll("#cards > article")) {
      const old = find(fresh.id);
      kept.add(fresh.id);
      if (!old) find("cards").append(fresh);
      if (!old || put(old, fresh, own)) newest = fresh;
    }
    for (const old of [...find("cards").children]) if (!kept.has(old.id)) old.remove();
    for (const fresh of page.querySelectorAll("#skip, #top, #who, #bar, #aside")) put(find(fresh.id), fresh, own);
    const status = page.getElementById("status");
    find("status").dataset.lost = status.dataset.lost;
    tell(status.textContent, status.className);
    if (newest) reach(newest);
  }

  const lost = () => tell(find("status").dataset.lost, false);
  const refresh = () => fetch("/").then(read).then((page) => take(page, false)).catch(() => {});
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter, body = new URLSearchParams(new FormData(form));
    if (!button) return;
    event.preventDefault();
    if (button.name) body.set(button.name, button.value);
    const text = form.querySelector("[name=text]:not([type=hidden])"), key = form.querySelector("[name=key]");
    if (text) [text.value, key.value] = ["", `${key.value}+`];  // what is typed next is another message
    const keep = (name) => { if (text && !text.value) [text.value, key.value] = [body.get("text"), name]; };
    fetch(form.getAttribute("action"), { method: "POST", body })
      .then((answer) => read(answer).then((page) => { take(page, true); if (!answer.ok) keep(key.value); }))
      .catch(() => lost(keep(body.get("key"))));
  });

  const look = () => fetch("/state").then((answer) => answer.json()).then((now) => {
    if (failures || now.version !== Number(document.body.dataset.version)) refresh();
    failures = 0;
  }).catch(() => lost(failures = 1));

  function listen() {
    stream = new EventSource("/events");
    stream.onmessage = (event) => {
      if (failures || event.data !== document.body.dataset.version) refresh();
      failures = 0;
    };
    stream.onerror = () => {
      lost(failures += 1);
      if (failures < 2 && stream.readyState !== EventSource.CLOSED) return;
      stream.close();
      timer = timer || setInterval(look, 5000);
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (stream) stream.close();
    clearInterval(timer);
    timer = failures = 0;
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
  if (find("cards").lastElementChild) reach(find("cards").lastElementChild);
})();
