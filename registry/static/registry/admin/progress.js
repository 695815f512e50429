// Renews the progress of an import in its place. Without this script the page reloads by itself.
"use strict";

(() => {
  const place = "import-progress";
  const pause = 1500;

  const renew = async () => {
    try {
      const response = await fetch(window.location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById(place);
      if (!fresh) {
        window.location.reload();
        return;
      }
      const present = document.getElementById(place);
      // Only what changed is touched: readers of the screen hear of a new phase, not of each row.
      const status = present.querySelector("[role=status]");
      const said = fresh.querySelector("[role=status]");
      if (status.textContent.trim() !== said.textContent.trim()) {
        status.textContent = said.textContent.trim();
      }
      present.querySelector(".import-progress").replaceWith(fresh.querySelector(".import-progress"));
    } catch {
      // The server may be restarting: ask again.
    }
    window.setTimeout(renew, pause);
  };

  window.setTimeout(renew, pause);
})();
