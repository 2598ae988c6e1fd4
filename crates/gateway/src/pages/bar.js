// Keeps the bar's minutes true and goes to the last page when the visit is over.
(() => {
  const bar = document.querySelector("pforte-bar");
  const left = bar && bar.shadowRoot && bar.shadowRoot.querySelector("[data-left]");
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, 2000);
  };
  const look = async () => {
    try {
      const answer = await fetch("/.pforte/status", { cache: "no-store", credentials: "same-origin" });
      if (answer.status === 410 || answer.status === 404) return location.replace("/");
      if (answer.ok && left) {
        const { minutes_left: minutes } = await answer.json();
        left.textContent = left.dataset.left.replace("#", minutes);
      }
    } catch {
      // The gateway is out of reach; the next look tells.
    }
    again();
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  again();
})();
