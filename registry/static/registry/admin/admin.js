"use strict";

// Names for the boxes that complete what is typed: the library that draws them leaves them out.
{
  const nameOf = (select) =>
    select.getAttribute("aria-label") || select.labels[0]?.textContent.trim() || "";

  const nameBox = (select) => {
    const box = select.nextElementSibling;
    const label = nameOf(select);
    if (!label || !box?.classList.contains("select2-container")) return;
    const chosen = box.querySelector(".select2-selection--single .select2-selection__rendered");
    const combobox = box.querySelector('[role="combobox"]');
    if (chosen) {
      chosen.removeAttribute("role");
      chosen.removeAttribute("aria-readonly");
      combobox?.setAttribute("aria-describedby", chosen.id);
    }
    combobox?.removeAttribute("aria-labelledby");
    combobox?.setAttribute("aria-label", label);
    box.querySelector(".select2-search__field")?.setAttribute("aria-label", label);
  };

  const nameAll = (root) => {
    root.querySelectorAll("select.admin-autocomplete").forEach(nameBox);
    for (const tip of root.querySelectorAll("span.help-tooltip[aria-label]")) tip.setAttribute("role", "img");
  };

  window.addEventListener("load", () => {
    nameAll(document);
    document.addEventListener("formset:added", (event) => nameAll(event.target));
    const $ = window.django?.jQuery;
    $?.(document).on("change", "select.admin-autocomplete", (event) => nameBox(event.target));
    $?.(document).on("select2:open", (event) => {
      const combobox = event.target.nextElementSibling.querySelector('[role="combobox"]');
      const list = combobox?.getAttribute("aria-owns");
      const search = document.querySelector(".select2-container--open .select2-search--dropdown input");
      if (list) combobox.setAttribute("aria-controls", list);
      search?.setAttribute("aria-label", nameOf(event.target));
    });
  });
}

// Buttons that move a row among its like. The number of each row is what is saved; rows stand in
// the order of their numbers.
{
  const rowsOf = (group) => [
    ...group.querySelectorAll('[id^="' + CSS.escape(group.id.replace(/group$/, "")) + '"]:is(tr.form-row, .inline-related):not(.empty-form)'),
  ];
  const numberOf = (row) => row.querySelector('input[name$="-position"]');
  const indexOf = (row) => Number(row.id.match(/\d+$/)[0]);

  // Above all rows of the group, so that what follows them (the template, the link) stays behind.
  const lay = (rows) => {
    if (!rows.length) return;
    const mark = document.createComment("");
    rows[0].parentNode.insertBefore(mark, rows.reduce((a, b) => (a.compareDocumentPosition(b) & 4 ? a : b)));
    mark.after(...rows);
    mark.remove();
  };

  const move = (group, row, by) => {
    const rows = rowsOf(group);
    const from = rows.indexOf(row);
    const to = from + by;
    if (to < 0 || to >= rows.length) return;
    rows.splice(to, 0, ...rows.splice(from, 1));
    lay(rows);
    rows.forEach((one, index) => (numberOf(one).value = index + 1));
  };

  const addButtons = (group, row) => {
    const number = numberOf(row);
    if (!number || row.querySelector(".move")) return;
    for (const [by, sign, label] of [[1, "↓", number.dataset.moveDown], [-1, "↑", number.dataset.moveUp]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "move";
      button.textContent = sign;
      button.title = label;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => {
        move(group, row, by);
        button.focus();
      });
      number.after(button);
    }
  };

  window.addEventListener("load", () => {
    for (const group of document.querySelectorAll(".inline-group:has([data-move-up])")) {
      rowsOf(group).forEach((row) => addButtons(group, row));
      group.addEventListener("formset:added", (event) => addButtons(group, event.target));
      // Removing an unsaved row gives all of them new indices, in the order in which they stand:
      // saved ones have to come first, as they did when the page was made.
      group.addEventListener(
        "click",
        (event) => {
          if (!event.target.closest(".inline-deletelink")) return;
          const order = rowsOf(group);
          lay([...order].sort((a, b) => indexOf(a) - indexOf(b)));
          setTimeout(() => lay(order.filter((row) => row.isConnected)));
        },
        true,
      );
    }
  });
}

// A second click while the first is on its way would save twice, or show what the first one made as
// a mistake. What a form downloads leaves the page as it is: soon it can be asked for again.
{
  const SOON = 3000;
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    setTimeout(() => {
      if (event.defaultPrevented) return;
      sent.add(form);
      setTimeout(() => sent.delete(form), SOON);
    });
  });
}
