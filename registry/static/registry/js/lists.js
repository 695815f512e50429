/* Lists without loading the whole page: htmx fetches the page of the list that a link or the form
   asks for, and puts its filters and results in the place of the old ones. Without this file, or
   where anything is out of the ordinary, the browser loads that page. */

"use strict";

(() => {
  const LISTING = "listing";

  /* The map draws by scripts of its own; all the values of a facet are a page of their own. */
  const isPageOfItsOwn = (address) => {
    const query = new URL(address, location.href).searchParams;
    return query.get("view") === "map" || query.has("values");
  };

  const isListing = (event) => event.detail.target?.id === LISTING;

  const load = (event) => {
    event.preventDefault();
    const { finalRequestPath, requestPath } = event.detail.pathInfo;
    location.assign(finalRequestPath || requestPath);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isListing(event)) return;
    if (isPageOfItsOwn(event.detail.pathInfo.finalRequestPath)) load(event);
    else event.detail.target.setAttribute("aria-busy", "true");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isListing(event) && !event.detail.serverResponse.includes(`id="${LISTING}"`)) load(event);
  });

  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      if (isListing(event)) load(event);
    });
  }

  /* The links in the head: to the files of the list, to its pages in other languages. */
  const LINKS = "link[rel=canonical], link[rel=alternate]";
  const linksIn = (page) => page.head.querySelectorAll(LINKS);

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isListing(event)) return;
    const fetched = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    for (const link of linksIn(document)) link.remove();
    document.head.append(...linksIn(fetched));
  });

  /* As after loading a page: at the results, whose number is said. */
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id !== LISTING) return;
    const heading = document.getElementById("results");
    heading.focus({ preventScroll: true });
    const results = heading.closest("section");
    if (results.getBoundingClientRect().top < 0) results.scrollIntoView();
    const said = document.querySelector("[data-said]");
    const words = [...results.querySelectorAll("[role=alert], .count, [aria-current=page]")];
    said.textContent = words.map((one) => one.textContent.trim()).join(". ");
  });
})();
