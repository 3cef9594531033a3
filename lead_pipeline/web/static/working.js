"use strict";

// A grid of rows: a cell that was changed is sent at once, and the row comes back with what would become of it.
(() => {
  const grid = document.getElementById("grid");
  if (!grid) return;
  let waiting = Promise.resolve();
  const send = async (form, button) => {
    const row = form.closest("tr");
    const said = new FormData(form);
    if (button && button.name) said.append(button.name, button.value);
    row.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: said, headers: { accept: "application/json" } });
      if (!answer.ok) { form.submit(); return; }
      const found = await answer.json();
      const focused = document.activeElement && row.contains(document.activeElement) ? document.activeElement.id : "";
      const holder = document.createElement("tbody");
      holder.innerHTML = found.row;
      row.replaceWith(holder.firstElementChild);
      document.getElementById("summary").innerHTML = found.summary;
      const again = focused && document.getElementById(focused);
      if (again) again.focus();
      const handIn = document.getElementById("hand-in");
      handIn.disabled = !document.querySelector("#summary .good-text strong") || document.querySelector("#summary .good-text strong").textContent === "0";
    } catch { row.removeAttribute("aria-busy"); }
  };
  const enqueue = (form, button) => { waiting = waiting.then(() => send(form, button)); };
  grid.addEventListener("change", (event) => { if (event.target.form) enqueue(event.target.form, null); });
  grid.addEventListener("submit", (event) => { event.preventDefault(); enqueue(event.target, event.submitter); });
  grid.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.tagName === "TEXTAREA") {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
})();

// Fields that only some actions need are shown for these.
(() => {
  const action = document.getElementById("action");
  if (!action) return;
  const show = () => document.querySelectorAll("[data-for]").forEach((field) => {
    field.hidden = !field.dataset.for.split(" ").includes(action.value);
  });
  action.addEventListener("change", show);
  show();
})();
