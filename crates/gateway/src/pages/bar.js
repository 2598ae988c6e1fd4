// Keeps the bar's minutes true. When the visit is over it covers the product's page at once, whatever
// the page holds that nobody saved, and goes to the page that says how it ended.
(() => {
  const bar = document.querySelector("pforte-bar");
  const root = bar && bar.shadowRoot;
  const left = root && root.querySelector("[data-left]");
  const words = root ? { ...root.querySelector(".bar").dataset } : {};
  let timer = 0;
  let over = false;
  const again = () => {
    clearTimeout(timer);
    if (!document.hidden && !over) timer = setTimeout(look, 2000);
  };
  const cover = () => {
    if (!root) return;
    const sheet = document.createElement("div");
    sheet.className = "ended";
    sheet.setAttribute("role", "alert");
    const says = document.createElement("p");
    says.textContent = words.ended;
    const way = document.createElement("a");
    way.href = "/";
    way.textContent = words.more;
    sheet.append(says, way);
    root.replaceChildren(...root.querySelectorAll("link"), sheet);
    // A fresh element: what the product hid or moved does not hide this.
    const fresh = document.createElement("pforte-bar");
    fresh.attachShadow({ mode: "open" }).append(...root.childNodes);
    document.body.replaceChildren(fresh);
    document.title = words.ended;
  };
  const end = () => {
    over = true;
    clearTimeout(timer);
    cover();
    // Nothing may ask whether to stay: there is nothing left to stay with.
    window.onbeforeunload = null;
    window.addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
    location.replace("/");
  };
  const look = async () => {
    try {
      const answer = await fetch("/.pforte/status", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410 || answer.status === 404) return end();
      if (answer.ok && left) {
        const { minutes_left: minutes } = await answer.json();
        left.textContent = left.dataset.left.replace("#", minutes);
      }
    } catch {
      // The gateway is out of reach; the next look tells.
    }
    again();
  };
  document.addEventListener("visibilitychange", () => (document.hidden || over ? clearTimeout(timer) : look()));
  again();
})();
