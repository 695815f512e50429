"use strict";

// Several rows at once, from lines that were copied: a cell for each box of the row, in its order.
// Names of other records are looked up as the boxes that complete what is typed do.
{
  const fold = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’']/g, "'").replace(/\s+/g, " ").trim().toLowerCase();

  // The boxes of a row that people fill in, from left to right.
  const boxesOf = (row) =>
    [...row.querySelectorAll("input, select, textarea")].filter(
      (box) => /-\d+-|-__prefix__-/.test(box.name) && box.type !== "hidden" && !/-(DELETE|position)$/.test(box.name),
    );

  const rowsOf = (group) =>
    [...group.querySelectorAll("tr.form-row, .inline-related")].filter(
      (row) => row.id && !row.matches(".empty-form") && !row.querySelector(":scope .inline-related"),
    );

  const isEmpty = (row) =>
    !row.matches(".has_original") &&
    boxesOf(row).every((box) => !box.value || (box.tagName === "SELECT" && !box.matches(".admin-autocomplete")));

  const newRow = (group) => {
    const free = rowsOf(group).find(isEmpty);
    if (free) return free;
    group.querySelector(".add-row a").click();
    return rowsOf(group).at(-1);
  };

  const suggested = async (select, name) => {
    const { appLabel, modelName, fieldName } = select.dataset;
    const query = new URLSearchParams({ app_label: appLabel, model_name: modelName, field_name: fieldName, term: name });
    const answer = await fetch(`${select.dataset["ajax-Url"] || select.getAttribute("data-ajax--url")}?${query}`);
    if (!answer.ok) return null;
    const { results } = await answer.json();
    // What tells records of one name apart stands behind it: "Québec (Ville, Canada)".
    const names = (one) => [one.text, one.text.replace(/ \([^()]*\)$/, "")].map(fold);
    const named = results.filter((one) => names(one).includes(fold(name)));
    // An acronym or another name finds the one record that has it: its reader is told which.
    const found = named.length ? named : results;
    if (named.length > 1) return { several: named.map((one) => one.text) };
    return found.length === 1 ? { ...found[0], isGuess: !named.length } : null;
  };

  // Puts a text into a box; what could not be understood is given back.
  const fill = async (box, text, guesses, several) => {
    if (!text) return [];
    if (box.matches("select.admin-autocomplete")) {
      const missing = [];
      for (const name of box.multiple ? text.split(",").map((one) => one.trim()) : [text]) {
        const found = await suggested(box, name);
        if (found?.several) several.add(`${name} (${found.several.join(", ")})`);
        if (!found || found.several) missing.push(name);
        else box.append(new Option(found.text, found.id, true, true));
        if (found?.isGuess) guesses.add(`${name} → ${found.text}`);
      }
      window.django.jQuery(box).trigger("change");
      return missing;
    }
    if (box.tagName === "SELECT") {
      const options = [...box.options].filter((one) => one.value);
      const option = options.find((one) => fold(one.text) === fold(text));
      if (option) box.value = option.value;
      return option ? [] : [text];
    }
    if (box.type === "checkbox") return [text];
    box.value = text;
    return [];
  };

  const add = async (group, lines, guesses, several) => {
    const missing = [];
    for (const line of lines) {
      const row = newRow(group);
      const boxes = boxesOf(row);
      const cells = line.split(line.includes("\t") ? "\t" : ";");
      for (const [at, cell] of cells.entries()) {
        const text = cell.trim();
        if (at < boxes.length) missing.push(...(await fill(boxes[at], text, guesses, several)));
        else if (text) missing.push(text);
      }
    }
    return missing;
  };

  const offer = (group) => {
    const words = group.querySelector("[data-paste-title]")?.dataset;
    const template = group.querySelector(".empty-form");
    if (!words || !template) return;
    const names = boxesOf(template).map((box) => box.getAttribute("aria-label") || "");
    const part = document.createElement("details");
    part.className = "paste";
    const title = document.createElement("summary");
    title.textContent = words.pasteTitle;
    const label = document.createElement("label");
    const area = document.createElement("textarea");
    area.rows = 5;
    area.id = `${group.id}-paste`;
    label.htmlFor = area.id;
    label.textContent = `${words.pasteHelp} ${names.join(" ; ")}`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = words.pasteAdd;
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    part.append(title, label, area, button, said);
    (group.querySelector("fieldset.module") || group).append(part);

    button.addEventListener("click", async () => {
      const lines = area.value.split(/\r?\n/).filter((line) => line.trim());
      if (!lines.length) return;
      button.disabled = true;
      const [guesses, several] = [new Set(), new Set()];
      const missing = await add(group, lines, guesses, several);
      button.disabled = false;
      area.value = missing.join("\n");
      said.textContent = [
        words.pasteDone,
        ...(missing.length ? [`${words.pasteMissing} ${missing.join(" ; ")}.`] : []),
        ...(several.size ? [`${words.pasteSeveral} ${[...several].join(" ; ")}.`] : []),
        ...(guesses.size ? [`${words.pasteGuessed} ${[...guesses].join(" ; ")}.`] : []),
      ].join(" ");
    });
  };

  // Lines that are no rows yet are told of once before the form leaves them out.
  const told = new WeakSet();
  document.addEventListener("submit", (event) => {
    const left = [...event.target.querySelectorAll("details.paste textarea")].find(
      (area) => area.value.trim() && !told.has(area),
    );
    if (!left) return;
    event.preventDefault();
    told.add(left);
    const part = left.closest("details");
    part.open = true;
    const said = part.querySelector("[role=status]");
    const words = left.closest(".inline-group").querySelector("[data-paste-left]")?.dataset;
    said.textContent = words?.pasteLeft || "";
    left.focus();
  });

  // The links that add rows are made by a script of Django, maybe later than this.
  window.addEventListener("load", () => document.querySelectorAll(".inline-group").forEach(offer));
}
