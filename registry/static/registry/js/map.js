/* Maps: places as markers that gather in clusters, lines between them, countries as outlines.

   The table beside each map says the same, so that the map itself may be missing. The texts come
   in the language of the page, from the data attributes of the frame. */

(() => {
  "use strict";

  const FINE_ZOOM = 4; // from here on the coarse outlines would show
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const json = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.json();
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const link = (href, text) => {
    const made = element("a", "", text);
    made.href = href;
    return made;
  };

  /* Places ---------------------------------------------------------------------------------- */

  const read = (data) =>
    data.places.map(([lat, lng, name, country, number, words, id], index) => ({
      at: L.latLng(lat, lng),
      name: country ? `${name}, ${country}` : name,
      number,
      words,
      page: `${data.page}${id}/`,
      list: data.list && `${data.list}${id}`,
      centre: index === data.centre,
    }));

  /* What a reader hears, then what shows. */
  const icon = (className, size, shown, said) => {
    const html = element("span", "spot__number");
    html.append(element("span", "visually-hidden", said));
    const number = element("span", "", shown);
    number.setAttribute("aria-hidden", "true");
    html.append(number);
    return L.divIcon({ className: `spot ${className}`, html, iconSize: [size, size] });
  };

  const sizeOf = (number) => Math.min(46, 26 + 4 * Math.log10(Math.max(1, number)) * 1.5);

  const short = (number) => (number > 9999 ? `${Math.round(number / 1000)}k` : String(number || ""));

  const popup = (place, texts) => {
    const box = element("div", "map__popup");
    box.append(element("strong", "", place.name));
    if (place.words) box.append(element("p", "", place.words));
    const ways = element("p", "map__ways");
    if (place.list) ways.append(link(place.list, texts.seeList));
    ways.append(link(place.page, texts.seePlace));
    box.append(ways);
    return box;
  };

  const marker = (place, texts, shown = short(place.number)) => {
    const said = place.words ? `${place.name} – ${place.words}` : place.name;
    const look = place.centre ? "spot--centre" : "";
    const made = L.marker(place.at, {
      icon: icon(look, sizeOf(place.number), shown, said),
      riseOnHover: true,
    });
    made.bindPopup(() => popup(place, texts), { minWidth: 160 });
    made.bindTooltip(said, { direction: "top", offset: [0, -12] });
    made.on("popupopen", ({ popup: opened }) => {
      made.closeTooltip();
      const close = opened.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", texts.close);
      opened.getElement().querySelector("a[href]").focus({ preventScroll: true });
    });
    made.on("popupclose", ({ popup: closed }) => {
      const left = closed.getElement();
      if (left && left.contains(document.activeElement)) made.getElement()?.focus();
    });
    return made;
  };

  const clusters = (texts) =>
    L.markerClusterGroup({
      animate: !still,
      animateAddingMarkers: false,
      maxClusterRadius: 56,
      showCoverageOnHover: false,
      iconCreateFunction: (cluster) => {
        const number = cluster.getChildCount();
        return icon("spot--cluster", 34, String(number), `${number} ${texts.places}`);
      },
    });

  /* A place where the route passes twice has one marker with both numbers. */
  const stops = (places) => {
    const found = new Map();
    for (const place of places) {
      const key = place.at.toString();
      const known = found.get(key);
      if (known) {
        known.numbers.push(place.number);
        known.words = [known.words, place.words].filter(Boolean).join(" ; ");
      } else found.set(key, { ...place, numbers: [place.number] });
    }
    return [...found.values()];
  };

  /* Lines ----------------------------------------------------------------------------------- */

  /* A slight bow to the north, as the shortest way over the sea looks. */
  const bow = (map, from, to) => {
    const one = map.project(from, 4);
    const other = map.project(to, 4);
    const across = other.subtract(one);
    const up = L.point(across.y, -across.x).multiplyBy(across.x < 0 ? -0.12 : 0.12);
    const top = one.add(other).divideBy(2).add(up);
    const points = [];
    for (let step = 0; step <= 24; step += 1) {
      const part = step / 24;
      const back = 1 - part;
      const x = back * back * one.x + 2 * back * part * top.x + part * part * other.x;
      const y = back * back * one.y + 2 * back * part * top.y + part * part * other.y;
      points.push(map.unproject(L.point(x, y), 4));
    }
    return points;
  };

  const drawLines = (map, data, places) => {
    const ends = data.route
      ? places.slice(1).map((_place, index) => [index, index + 1, 1, ""])
      : data.lines;
    for (const [from, to, number, words] of ends) {
      const [one, other] = [places[from], places[to]];
      const line = L.polyline(bow(map, one.at, other.at), {
        className: "map__line",
        interactive: Boolean(words),
        pane: "lines",
        smoothFactor: 0,
        weight: Math.min(6, 1.25 + Math.log2(number)),
      }).addTo(map);
      if (words) line.bindTooltip(`${one.name} – ${other.name} : ${words}`, { sticky: true });
    }
  };

  /* Land ------------------------------------------------------------------------------------ */

  /* The outlines are closed over the 180th meridian, as on a globe: on a plane such a ring goes on
     beyond it. Antarctica goes around the pole, and is left out. */
  const unroll = (ring) => {
    let turn = 0;
    return ring.map(([lng, lat], index) => {
      const step = index ? lng - ring[index - 1][0] : 0;
      if (step > 180) turn -= 360;
      if (step < -180) turn += 360;
      return [lng + turn, lat];
    });
  };

  const flat = ({ id, geometry, ...rest }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const coordinates = polygons.map((rings) => rings.map(unroll));
    return { ...rest, id, geometry: { type: "MultiPolygon", coordinates } };
  };

  const countries = (world) =>
    topojson
      .feature(world, world.objects.countries)
      .features.filter(({ id }) => id !== "010")
      .map(flat);

  const drawLand = async (map, frame) => {
    const outlines = async (url) => {
      const world = await json(url);
      const options = { className: "map__land", interactive: false, weight: 0.7, smoothFactor: 0.6 };
      return L.geoJSON(countries(world), {
        interactive: false,
        pane: "land",
        style: options,
      });
    };
    const coarse = (await outlines(frame.dataset.land)).addTo(map);
    const refine = async () => {
      if (map.getZoom() < FINE_ZOOM) return;
      map.off("zoomend", refine);
      (await outlines(frame.dataset.fineLand)).addTo(map);
      coarse.remove();
    };
    map.on("zoomend", refine);
    await refine();
  };

  /* The map --------------------------------------------------------------------------------- */

  const create = (frame, texts) => {
    const map = L.map(frame, {
      attributionControl: false,
      fadeAnimation: !still,
      inertia: !still,
      markerZoomAnimation: !still,
      maxBounds: [[-80, -210], [86, 210]],
      maxZoom: 9,
      minZoom: 1,
      scrollWheelZoom: false,
      zoomAnimation: !still,
      zoomControl: false,
      zoomSnap: 0.5,
    });
    if (still) {
      map.panBy = (offset, options) =>
        L.Map.prototype.panBy.call(map, offset, { ...options, animate: false });
    }
    L.control.zoom({ zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
    for (const [pane, level] of [["land", 200], ["lines", 300]]) {
      map.createPane(pane).style.zIndex = level;
    }
    // The wheel scrolls the page until somebody uses the map.
    frame.addEventListener("focusin", () => map.scrollWheelZoom.enable());
    frame.addEventListener("focusout", () => map.scrollWheelZoom.disable());
    // Leaflet itself hears the keys of the frame alone, not of what is in it.
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup();
    });
    return map;
  };

  const draw = async (frame) => {
    const texts = frame.dataset;
    const data = texts.url
      ? await json(texts.url)
      : JSON.parse(document.getElementById(texts.from).textContent);
    const places = read(data);
    if (!places.length) {
      frame.remove();
      return;
    }
    const map = create(frame, texts);
    const bounds = L.latLngBounds(places.map((place) => place.at));
    map.fitBounds(bounds, { animate: false, maxZoom: 6, padding: [36, 36] });
    const land = drawLand(map, frame);
    drawLines(map, data, places);
    if (data.route) {
      for (const stop of stops(places)) {
        marker(stop, texts, stop.numbers.join(", ")).addTo(map);
      }
    } else {
      const group = clusters(texts);
      group.addLayers(places.map((place) => marker(place, texts)));
      map.addLayer(group);
    }
    await land;
  };

  const start = (frame) =>
    draw(frame).catch((error) => {
      console.warn(error);
      if (!frame.classList.contains("leaflet-container")) {
        frame.replaceWith(element("p", "note", frame.dataset.failed));
      }
    });

  // A map further down is made when somebody comes near it.
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        start(target);
      }
    },
    { rootMargin: "300px" },
  );

  const watch = (root) => {
    for (const frame of root.querySelectorAll("[data-map]:not([data-drawn])")) {
      frame.dataset.drawn = "";
      frame.classList.add("map__frame--on");
      near.observe(frame);
    }
  };

  watch(document);
  // A list whose results htmx has replaced.
  document.addEventListener("htmx:afterSettle", () => watch(document));
})();
