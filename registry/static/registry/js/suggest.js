/* Suggestions below a search box: the combobox of the ARIA Authoring Practices, a list whose choice
   is left to the visitor. Without this file the box is a plain form, which finds all the same. */

"use strict";

(() => {
  const PAUSE = 150; // milliseconds without a key before the server is asked
  const SHORTEST = 2;

  let boxes = 0;

  class Suggestions {
    constructor(host) {
      this.host = host;
      this.input = host.querySelector("input[type=search]");
      this.options = [];
      this.active = -1;
      const id = `suggestions-${(boxes += 1)}`;
      this.list = element("ul", "suggestions", { id, role: "listbox", hidden: "" });
      this.status = element("p", "visually-hidden", { role: "status" });
      host.append(this.list, this.status);
      for (const [name, value] of Object.entries({
        role: "combobox",
        autocomplete: "off",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": id,
      })) this.input.setAttribute(name, value);
      this.input.addEventListener("input", () => this.wait());
      this.input.addEventListener("keydown", (event) => this.press(event));
      this.input.addEventListener("blur", () => this.close());
      // The box keeps the focus while the list is clicked.
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.follow(option);
      });
    }

    wait() {
      clearTimeout(this.timer);
      this.request?.abort();
      if (this.input.value.trim().length < SHORTEST) {
        this.close();
      } else {
        this.timer = setTimeout(() => this.ask(), PAUSE);
      }
    }

    async ask() {
      this.request = new AbortController();
      const address = new URL(this.host.dataset.suggest, location.href);
      address.searchParams.set("q", this.input.value.trim());
      try {
        const response = await fetch(address, { signal: this.request.signal });
        if (response.ok) this.show(await response.json());
      } catch (error) {
        // Another key came in between, or the network is away: the form still works.
        this.close();
      }
    }

    show(found) {
      if (document.activeElement !== this.input) return;
      this.list.setAttribute("aria-label", found.label);
      this.list.replaceChildren(
        ...found.suggestions.map((one) => suggestion(one)),
        ...(found.suggestions.length ? [every(found.all)] : []),
      );
      this.options = [...this.list.children];
      this.options.forEach((option, place) => {
        option.id = `${this.list.id}-${place}`;
      });
      this.choose(-1);
      this.status.textContent = found.status;
      this.open();
    }

    open() {
      const isOpen = this.options.length > 0;
      this.list.hidden = !isOpen;
      this.input.setAttribute("aria-expanded", String(isOpen));
    }

    close() {
      clearTimeout(this.timer);
      this.request?.abort();
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.status.textContent = "";
      this.choose(-1);
    }

    choose(place) {
      this.active = place;
      this.options.forEach((option, other) => {
        option.setAttribute("aria-selected", String(other === place));
      });
      if (place < 0) {
        this.input.removeAttribute("aria-activedescendant");
      } else {
        this.input.setAttribute("aria-activedescendant", this.options[place].id);
        this.options[place].scrollIntoView({ block: "nearest" });
      }
    }

    press(event) {
      const isOpen = !this.list.hidden;
      const last = this.options.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) return this.options.length ? this.open() : this.wait();
        // Beyond either end the visitor is back in the box.
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = this.active + step;
        return this.choose(next > last ? -1 : next < -1 ? last : next);
      }
      if (event.key === "Enter" && isOpen && this.active >= 0) {
        event.preventDefault();
        return this.follow(this.options[this.active]);
      }
      if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        return this.close();
      }
    }

    follow(option) {
      location.assign(option.dataset.url);
    }
  }

  function element(name, style, attributes = {}) {
    const made = document.createElement(name);
    made.className = style;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function marked(parts) {
    const whole = document.createElement("span");
    for (const [text, isMarked] of parts) {
      const part = document.createElement(isMarked ? "mark" : "span");
      part.textContent = text;
      whole.append(part);
    }
    return whole;
  }

  function suggestion(one) {
    const option = element("li", `suggestion kind-${one.kind}`, {
      role: "option",
      "aria-selected": "false",
      "data-url": one.url,
    });
    const kind = element("span", "suggestion__kind");
    kind.textContent = one.label;
    option.append(marked(one.title), kind);
    if (one.other.length || one.note.length) {
      const note = element("span", "suggestion__note");
      if (one.other.length) note.append(marked(one.other));
      if (one.other.length && one.note.length) note.append(" · ");
      note.append(...one.note);
      option.append(note);
    }
    return option;
  }

  function every(all) {
    const option = element("li", "suggestion suggestion--all", {
      role: "option",
      "aria-selected": "false",
      "data-url": all.url,
    });
    option.textContent = all.label;
    return option;
  }

  document.querySelectorAll("[data-suggest]").forEach((host) => new Suggestions(host));
})();
