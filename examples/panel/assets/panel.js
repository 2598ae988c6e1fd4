// The panel's few scripts: look, live log, console. Plain, no library.
"use strict";

const look = () => (document.cookie.match(/(?:^|; )panel_theme=(\w+)/) || [])[1] || "auto";

const isDark = () => {
  const chosen = look();
  return chosen === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
};

// A page whose attributes were taken off on the way still gets the chosen look.
document.documentElement.dataset.theme = look();

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.addEventListener("click", () => {
    document.cookie = `panel_theme=${isDark() ? "light" : "dark"}; path=/; samesite=lax`;
    document.documentElement.dataset.theme = look();
  });
}

const keepLines = 200;

const append = (box, text) => {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  box.append(`${text}\n`);
  while (box.childNodes.length > keepLines) box.firstChild.remove();
  if (atEnd) box.scrollTop = box.scrollHeight;
};

for (const box of document.querySelectorAll("[data-log]")) {
  const lamp = document.querySelector("[data-live]");
  const events = new EventSource(box.dataset.log);
  events.onopen = () => lamp?.classList.add("on");
  events.onerror = () => lamp?.classList.remove("on");
  events.onmessage = (event) => append(box, event.data);
}

for (const box of document.querySelectorAll("[data-console]")) {
  const german = document.documentElement.lang === "de";
  const state = document.querySelector("[data-console-state]");
  const form = document.querySelector("[data-console-form]");
  const input = form.querySelector("input");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}${box.dataset.console}`);
  const tell = (kind, text) => {
    state.className = `status ${kind}`;
    state.textContent = text;
  };
  socket.onopen = () => tell("ok", german ? "verbunden" : "connected");
  socket.onclose = () => {
    tell("off", german ? "getrennt" : "disconnected");
    input.disabled = true;
  };
  socket.onmessage = (event) => append(box, event.data);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    append(box, `$ ${input.value}`);
    socket.send(input.value);
    input.value = "";
  });
  input.focus();
}
