"use strict";

// Below each text with paragraphs and lists: how it is written, and a button that shows how it reads.
{
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  const read = async (area) => {
    const body = new URLSearchParams({ text: area.value, csrfmiddlewaretoken: token() });
    const answer = await fetch(area.dataset.preview, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  };

  const equip = (area) => {
    if (area.closest(".empty-form") || area.dataset.equipped) return;
    area.dataset.equipped = "yes";
    const bar = document.createElement("div");
    const button = document.createElement("button");
    const hint = document.createElement("span");
    const shown = document.createElement("div");
    bar.className = "prose-bar";
    button.type = "button";
    button.className = "button secondary";
    button.textContent = area.dataset.show;
    button.setAttribute("aria-pressed", "false");
    hint.className = "help";
    hint.textContent = area.dataset.syntax;
    shown.className = "prose-preview";
    shown.setAttribute("role", "status");
    shown.hidden = true;
    bar.append(button, hint);
    area.after(bar, shown);
    button.addEventListener("click", async () => {
      const isShown = !shown.hidden;
      if (!isShown) {
        try {
          // Cleaned by the server: nothing in it can act.
          shown.innerHTML = await read(area);
        } catch {
          shown.textContent = area.dataset.failed;
        }
      }
      shown.hidden = isShown;
      area.hidden = !isShown;
      button.setAttribute("aria-pressed", String(!isShown));
      button.textContent = isShown ? area.dataset.show : area.dataset.hide;
    });
  };

  const equipAll = (root) => root.querySelectorAll("textarea[data-preview]").forEach(equip);
  window.addEventListener("load", () => equipAll(document));
  document.addEventListener("formset:added", (event) => equipAll(event.target));
}
