"use strict";

// An import that is under way: the part of the page that changes is asked for again and again, the page itself at the end.
(() => {
  const live = document.getElementById("live");
  if (!live || !live.dataset.poll) return;
  const ask = async (pause) => {
    try {
      const answer = await fetch(live.dataset.poll, { headers: { accept: "text/html" } });
      if (answer.status === 204 || answer.redirected) { location.reload(); return; }
      if (answer.ok) {
        const text = await answer.text();
        if (text !== live.dataset.shown) { live.innerHTML = text; live.dataset.shown = text; }
        pause = 1000;
      }
    } catch { pause = Math.min(pause * 2, 15000); }
    setTimeout(ask, pause, pause);
  };
  setTimeout(ask, 1000, 1000);
})();

// Keys: arrows go to the page or row before and behind, / to the search. Nothing is taken from who types.
(() => {
  const types = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;
  const follow = (selector) => { const link = document.querySelector(selector); if (link) link.click(); };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
    if (event.target.closest(".scroll") && event.key.startsWith("Arrow")) return;
    if (event.key === "ArrowLeft") follow("a[rel=prev]");
    if (event.key === "ArrowRight") follow("a[rel=next]");
    if (event.key === "Escape") follow("a[data-key=Escape]");
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
})();
