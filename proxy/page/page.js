// The page's one script: gallery, sizes, playground, and charts of /metrics. Nothing is written to
// the page as markup, so a contact's name can be anything.

const SIZES = [48, 64, 96, 120, 240, 360, 432, 504, 648];
const FORMATS = ["jpg", "webp", "avif", "png"];
const POLL_MS = 2000;
const KEPT_SAMPLES = 60;

const at = (selector) => document.querySelector(selector);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Relative to the page, so that it also works where a proxy puts it under a prefix.
const photoUrl = (id, rest) => `photos/${encodeURIComponent(id)}/${rest}`;

const bytes = (count) =>
  count < 1000 ? `${count} B` : count < 1e6 ? `${(count / 1e3).toFixed(1)} kB`
    : `${(count / 1e6).toFixed(1)} MB`;
const time = (ms) => (ms < 1 ? `${Math.round(ms * 1000)} µs` : ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s`
  : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`);

// What the browser measured of the last load of a URL.
function measured(url) {
  const entry = performance.getEntriesByName(new URL(url, document.baseURI).href).at(-1);
  if (!entry) return null;
  const size = entry.encodedBodySize;
  return { bytes: size, ms: entry.duration, kept: entry.transferSize === 0 && size > 0 };
}

// Loads `image` from `url`; says what came, or what went wrong.
async function load(image, url) {
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { width: image.naturalWidth, height: image.naturalHeight, ...measured(url) };
}

// `jpeg`: the bytes of the same picture as a JPEG, to compare with.
const weight = (seen, jpeg) =>
  bytes(seen.bytes) + (jpeg ? ` (${Math.round((100 * seen.bytes) / jpeg)} %)` : "");
const pace = (seen) => (seen.kept ? "kept by the browser" : time(seen.ms));
const facts = (seen) => (seen.bytes === undefined ? "" : `${weight(seen)}, ${pace(seen)}`);

// The operator.

let token = "";
const proof = () => (token ? { Authorization: `Bearer ${token}` } : {});

let wantsSignatures = false;

// The URLs with signatures, where the server wants them and the operator may have them made.
async function signed(urls, expires) {
  if (!wantsSignatures || !token || urls.length === 0) return urls;
  const order = { urls: urls.map((url) => `/${url}`), ...(expires && { expires }) };
  const answer = await fetch("admin/sign", { method: "POST", headers: proof(), body: JSON.stringify(order) });
  return answer.ok ? (await answer.json()).urls.map((url) => url.slice(1)) : urls;
}

at("#operator").addEventListener("submit", async (event) => {
  event.preventDefault();
  token = at("#token").value;
  const answer = await fetch("admin/sign", { method: "POST", headers: proof(), body: '{"urls":[]}' });
  at("#operator-note").textContent = answer.ok ? "Signed in." : "That is not the token.";
  if (!answer.ok) token = "";
  at("#purge").hidden = !answer.ok;
  at("#expires").hidden = !(answer.ok && wantsSignatures);
  await showContacts();
  poll();
});

at("#purge").addEventListener("click", async () => {
  const id = chosen;
  const answer = await fetch(`admin/photos/${encodeURIComponent(id)}`, { method: "DELETE", headers: proof() });
  const { store, cdn } = answer.ok ? await answer.json() : {};
  at("#operator-note").textContent = !answer.ok ? `${id} is not forgotten: status ${answer.status}.`
    : `${id} is ${store === "forgotten" ? "forgotten" : "forgotten here, and in Redis when it is back"}`
      + `${cdn === "queued" ? "; the CDN is being told" : ""}.`;
});

// Contacts.

let chosen = "";

function choose(id, name) {
  chosen = id;
  for (const button of document.querySelectorAll("#gallery button"))
    button.setAttribute("aria-pressed", String(button.dataset.id === id));
  at("#options").elements.id.value = id;
  at("#again").disabled = false;
  at("#sizes-caption").textContent = `Photo of ${name}`;
  showSizes(false);
  play();
}

const RATIOS = [1, 2, 3];

function card({ id, name }, [plain, ...ratios]) {
  const image = element("img", { alt: "", width: 96, height: 96, loading: "lazy" });
  image.srcset = ratios.map((url, i) => `${url} ${RATIOS[i]}x`).join(", ");
  image.src = plain;
  const button = element("button", { type: "button", title: name }, image, element("span", { textContent: name }));
  button.dataset.id = id;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => choose(id, name));
  return element("li", {}, button);
}

async function showContacts() {
  const answer = await fetch("page/contacts", { headers: proof() });
  const { contacts = [], hidden = false, signed: wants = false } = answer.ok ? await answer.json() : {};
  wantsSignatures = wants;
  const each = 1 + RATIOS.length;
  const urls = await signed(contacts.flatMap(({ id }) => [photoUrl(id, "HR96x96.jpg"),
    ...RATIOS.map((n) => photoUrl(id, `HR${96 * n}x${96 * n}.webp`))]), "1d");
  at("#gallery").replaceChildren(...contacts.map((contact, i) => card(contact, urls.slice(i * each, (i + 1) * each))));
  at("#gallery").hidden = contacts.length === 0;
  at("#gallery-note").textContent = hidden ? "Whose photos there are is for operators: sign in below."
    : contacts.length === 0 ? "This origin does not tell whose photos it has: name one." : "";
  const [first] = contacts;
  if (first && !contacts.some(({ id }) => id === chosen)) choose(first.id, first.name);
  else if (chosen) choose(chosen, chosen);
}

at("#other").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = at("#other-id").value.trim();
  if (id) choose(id, id);
});

// Sizes.

let round = 0;

// Gives the picture's bytes, if it came.
async function fillCell(cell, url, mine, jpeg) {
  const image = element("img", { alt: "" });
  const label = element("span", { textContent: "…" });
  cell.replaceChildren(element("div", {}, image, label));
  const seen = await load(image, url);
  if (mine !== round) return undefined;
  if (!seen) {
    image.remove();
    label.textContent = "no picture";
    return undefined;
  }
  label.replaceChildren(element("b", { textContent: `${seen.width}×${seen.height}` }));
  if (seen.bytes !== undefined) label.append(weight(seen, jpeg), element("br"), pace(seen));
  return seen.bytes;
}

// One picture after the other, so that each time is its own.
async function showSizes(again) {
  const mine = ++round;
  const rows = SIZES.map((size) => {
    const row = element("tr", {}, element("th", { scope: "row", textContent: `HR${size}x${size}` }));
    row.append(...FORMATS.map(() => element("td")));
    return row;
  });
  at("#sizes-rows").replaceChildren(...rows);
  const fresh = again ? `?ask=${mine}` : "";  // Another URL to the browser, the same photo here.
  const urls = await signed(SIZES.flatMap((size) =>
    FORMATS.map((format) => photoUrl(chosen, `HR${size}x${size}.${format}${fresh}`))), "1h");
  let jpeg;
  for (const [i, url] of urls.entries()) {
    if (mine !== round) return;
    const column = i % FORMATS.length;
    if (column === 0) jpeg = undefined;
    const size = await fillCell(rows[Math.floor(i / FORMATS.length)].cells[1 + column], url, mine, jpeg);
    if (column === 0) jpeg = size;
  }
}

at("#again").addEventListener("click", () => showSizes(true));

// Playground.

let lastPlayed = "";

async function play() {
  const form = at("#options");
  if (!form.checkValidity()) return;
  const field = Object.fromEntries(new FormData(form));
  const query = new URLSearchParams();
  for (const name of ["fit", "gravity", "dpr", "q", "enlarge"]) if (field[name]) query.set(name, field[name]);
  const asked = query.size > 0 ? `?${query}` : "";
  const wanted = photoUrl(field.id, `HR${field.width}x${field.height}.${field.format}${asked}`);
  const played = `${wanted} ${field.expires} ${token !== ""}`;
  if (played === lastPlayed) return;
  lastPlayed = played;
  const [url] = await signed([wanted], field.expires);
  if (played !== lastPlayed) return;
  at("#url").value = new URL(url, document.baseURI).href;
  at("#copy").disabled = false;
  const image = at("#preview");
  const seen = await load(image, url);
  if (played !== lastPlayed) return;
  image.hidden = !seen;
  image.alt = seen ? `Photo of ${field.id}` : "";
  at("#preview-facts").textContent = seen ? `${seen.width}×${seen.height}, ${facts(seen)}`
    : wantsSignatures && !token ? "This server wants signed URLs: sign in below." : "There is no such photo.";
}

at("#options").addEventListener("input", play);
at("#options").addEventListener("submit", (event) => event.preventDefault());
at("#copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(at("#url").value);
  at("#copy").textContent = "Copied";
  setTimeout(() => { at("#copy").textContent = "Copy"; }, 1500);
});

// Metrics.

// Of Prometheus' text: [{ name, labels, value }].
function parseMetrics(text) {
  const samples = [];
  for (const line of text.split("\n")) {
    const parts = /^likeness_(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!parts) continue;
    const labels = Object.fromEntries([...(parts[2] ?? "").matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
    samples.push({ name: parts[1], labels, value: Number(parts[3]) });
  }
  return samples;
}

const total = (samples, name, wanted = () => true) =>
  samples.reduce((sum, s) => (s.name === name && wanted(s.labels) ? sum + s.value : sum), 0);

const PHOTO_ROUTES = new Set(["web", "ucwa", "outlook", "graph", "ews"]);

function read(samples) {
  const buckets = new Map();
  for (const { name, labels, value } of samples) {
    if (name !== "request_duration_seconds_bucket" || !PHOTO_ROUTES.has(labels.route)) continue;
    const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + value);
  }
  const about = (...outcomes) => total(samples, "requests_total", (l) => outcomes.includes(l.cache));
  return {
    hits: about("memory", "redis"),
    others: about("rendered", "fetched", "revalidated", "coalesced", "stale", "negative", "error"),
    buckets,
    fetches: total(samples, "origin_fetch_duration_seconds_count"),
    cache: total(samples, "memory_cache_bytes"),
    resident: total(samples, "resident_memory_bytes"),
  };
}

// The latency, in ms, that `share` of the requests between two readings stayed below.
function quantile(before, after, share) {
  const bounds = [...after.buckets.keys()].sort((a, b) => a - b);
  const counts = bounds.map((bound) => after.buckets.get(bound) - (before.buckets.get(bound) ?? 0));
  const all = counts.at(-1) ?? 0;
  if (all === 0) return null;
  const i = counts.findIndex((count) => count >= share * all);
  const low = i > 0 ? bounds[i - 1] : 0;
  if (bounds[i] === Infinity) return low * 1000;
  const below = i > 0 ? counts[i - 1] : 0;
  return (low + (bounds[i] - low) * ((share * all - below) / (counts[i] - below))) * 1000;
}

const PERCENTILES = [50, 95, 99];
const percent = (ratio) => `${(100 * ratio).toFixed(1)} %`;

// Of each chart: its lines at a reading, what they are at now in words, and how its axis is marked.
const CHARTS = {
  hits: {
    lines: (before, after) => {
      const [hits, others] = [after.hits - before.hits, after.others - before.others];
      return [hits + others > 0 ? hits / (hits + others) : null];
    },
    words: ([ratio]) => [ratio === null ? "no requests" : percent(ratio)],
    mark: (ratio) => `${100 * ratio} %`,
    top: () => 1,
  },
  latency: {
    lines: (before, after) => PERCENTILES.map((share) => quantile(before, after, share / 100)),
    words: (ms) => (ms[0] === null ? ["no requests"] : PERCENTILES.map((share, i) => `p${share} ${time(ms[i])}`)),
    mark: time,
    top: (most) => 10 ** Math.max(0, Math.ceil(Math.log10(most))),
    bottom: 0.01,  // Of a logarithmic axis, in ms.
  },
  origin: {
    lines: (before, after, seconds) => [(after.fetches - before.fetches) / seconds],
    words: ([rate]) => [`${rate.toFixed(1)} a second`],
    mark: (rate) => `${rate} a second`,
    top: (most) => Math.max(1, round125(most)),
  },
  memory: {
    lines: (_, after) => [after.resident, after.cache],
    words: ([resident, cache]) => [`${bytes(resident)} in all`, `${bytes(cache)} of photos`],
    mark: bytes,
    top: (most) => round125(most),
  },
};

// The next of 1, 2, 5, 10, 20, ….
function round125(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
const HEIGHT = 40;
const history = Object.fromEntries(Object.keys(CHARTS).map((name) => [name, []]));

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// How far up a value is, 0 to 1.
function share(value, top, bottom) {
  const part = bottom ? Math.log(value / bottom) / Math.log(top / bottom) : value / top;
  return Math.min(1, Math.max(0, part));
}

function draw(name) {
  const { words, mark, top: topOf, bottom } = CHARTS[name];
  const past = history[name];
  const figure = at(`[data-chart="${name}"]`);
  const says = words(past.at(-1));
  const title = figure.querySelector("figcaption").textContent;
  const top = topOf(Math.max(...past.flat().filter((value) => value !== null), 0));
  figure.querySelector("strong").replaceChildren(...says.map((text) => element("span", { textContent: text })));
  figure.querySelector(".top").textContent = mark(top);
  figure.querySelector(".bottom").textContent = mark(bottom ?? 0);
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
    "aria-label": `${title}: ${says.join(", ")}` });
  for (const y of [0, HEIGHT / 2, HEIGHT]) chart.append(svg("line", { x1: 0, y1: y, x2: WIDTH, y2: y }));
  for (const i of past.at(-1).keys()) {
    const points = past.map((values, x) => [values[i], x]).filter(([value]) => value !== null)
      .map(([value, x]) => [((x + KEPT_SAMPLES - past.length) * WIDTH) / (KEPT_SAMPLES - 1),
        HEIGHT * (1 - share(value, top, bottom))].join(","));
    chart.append(svg("polyline", { points: points.join(" ") }));
  }
  figure.querySelector("svg").replaceWith(chart);
}

let before = null;

async function poll() {
  const answer = await fetch("metrics", { headers: proof() });
  if (!answer.ok) {
    at("#live-note").textContent = "These numbers are for operators: sign in below.";
    return;
  }
  const after = { ...read(parseMetrics(await answer.text())), when: performance.now() };
  if (before) {
    for (const [name, chart] of Object.entries(CHARTS)) {
      history[name].push(chart.lines(before, after, (after.when - before.when) / 1000));
      if (history[name].length > KEPT_SAMPLES) history[name].shift();
      draw(name);
    }
    at("#live-note").textContent = "Of this process, every two seconds.";
  }
  before = after;
}

async function keepPolling() {
  if (!document.hidden) await poll().catch(() => { at("#live-note").textContent = "The server does not answer."; });
  setTimeout(keepPolling, POLL_MS);
}

showContacts();
keepPolling();
