// Uses the page as people do, in a real Chromium, and says on standard output what it saw:
// node client.mjs URL FOLDER [TOKEN]. With a token it is an operator whose server wants signed URLs.
// Screenshots go into FOLDER. What is wrong ends it with an error.
import assert from "node:assert/strict";
import path from "node:path";
import process from "node:process";

import { chromium } from "playwright-core";

// On a busy machine; reaching it is a failure, never a measurement.
const PATIENCE_MS = 120_000;

const [url, folder, token] = process.argv.slice(2);

// Until a photo of the gallery has come. Not decode(), which never ends for a lazy image that the page
// replaces meanwhile.
function shown(page, number) {
  return page.waitForFunction(
    (i) => document.querySelectorAll("#gallery img")[i]?.naturalWidth > 0, number);
}

// A visitor of a page that shows everything to everybody.
async function visit(page) {
  // The gallery: each photo is there in the size that the screen needs.
  const photos = page.locator("#gallery img");
  await photos.first().waitFor();
  const count = await photos.count();
  assert.ok(count >= 5, `${count} contacts`);
  for (let i = 0; i < Math.min(count, 5); ++i) {
    await photos.nth(i).scrollIntoViewIfNeeded();
    await shown(page, i);
    const seen = await photos.nth(i).evaluate(async (image) => {
      const bitmap = await createImageBitmap(await (await fetch(image.currentSrc)).blob());
      return { url: image.currentSrc, shown: image.naturalWidth, real: bitmap.width };
    });
    assert.deepEqual([seen.shown, seen.real], [96, 192], seen.url);  // 2x: naturalWidth is in CSS pixels.
  }

  // The table: each cell has a picture of its size, its bytes and its time.
  const cells = page.locator("#sizes-rows td span");
  await page.waitForFunction(() => [...document.querySelectorAll("#sizes-rows td span b")].length === 36);
  for (const text of await cells.allTextContents())
    assert.match(text, /^(\d+)×\1(\d+ B|[\d.]+ [kM]B)( \(\d+ %\))?([\d.]+ (µs|ms|s)|kept by the browser)$/u);
  const sizes = await page.locator("#sizes-rows tr").evaluateAll((rows) =>
    rows.map((row) => [row.cells[0].textContent, ...[...row.querySelectorAll("img")].map((i) => i.naturalWidth)]));
  for (const [name, ...widths] of sizes) {
    const size = Number(/\d+/.exec(name)[0]);
    assert.deepEqual(widths, [size, size, size, size].map((edge) => Math.min(edge, 512)), name);
  }

  // By keyboard alone: from the top of the page into the gallery, and choose the third contact.
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  for (let i = 0; i < 5 + 3; ++i) await page.keyboard.press("Tab");
  const third = page.locator("#gallery button").nth(2);
  assert.ok(await third.evaluate((button) => button === document.activeElement), "the third contact has the focus");
  await page.keyboard.press("Enter");
  assert.equal(await third.getAttribute("aria-pressed"), "true");
  const id = await third.getAttribute("data-id");
  await page.waitForFunction((wanted) => document.querySelector("#preview").alt === `Photo of ${wanted}`, id);

  // The playground writes a URL that loads.
  await page.locator("[name=width]").fill("300");
  await page.locator("[name=height]").fill("200");
  await page.locator("[name=format]").selectOption("webp");
  await page.locator("[name=fit]").selectOption("contain");
  await page.waitForFunction(() => /fit=contain/.test(document.querySelector("#url").value)
    && /^200×200, /.test(document.querySelector("#preview-facts").textContent));
  const written = await page.locator("#url").evaluate((output) => output.value);
  const answer = await fetch(written);
  assert.equal(answer.status, 200, written);
  assert.equal(answer.headers.get("content-type"), "image/webp");

  // The charts move under load.
  await page.waitForFunction(() => document.querySelectorAll("[data-chart] polyline").length === 7);
  let loading = true;
  const load = (async () => {
    while (loading) await Promise.all(Array.from({ length: 50 }, () => fetch(written).then((r) => r.arrayBuffer())));
  })();
  try {
    await page.waitForFunction(() => {
      const [hits, latency] = [...document.querySelectorAll("[data-chart] strong")].map((e) => e.textContent);
      return /^(9\d|100)\.\d %$/.test(hits) && /^p50 .+p95 .+p99 .+$/.test(latency);
    });
  } finally {
    loading = false;
    await load;
  }
  const label = await page.locator('[data-chart="hits"] svg').getAttribute("aria-label");
  assert.match(label, /^Hit ratio: /);
  assert.match(await page.locator('[data-chart="memory"] strong').textContent(), /MB in all.* of photos$/);
  return { count, sizes: sizes.length };
}

// An operator signs in, gets URLs that work for whoever has them, and has a photo forgotten.
async function operate(page) {
  await page.waitForFunction(() => /sign in below/.test(document.querySelector("#gallery-note").textContent));
  assert.equal(await page.locator("#gallery img").count(), 0);
  await page.locator("#token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForFunction(() => document.querySelector("#preview").naturalWidth === 240);
  const count = await page.locator("#gallery img").count();
  await shown(page, 0);
  assert.match(await page.locator("#gallery img").first().evaluate((image) => image.currentSrc), /sig=/);
  await page.locator("[name=width]").fill("123");
  await page.locator("[name=expires]").selectOption("1h");
  await page.waitForFunction(() => /HR123x240.*exp=.*sig=/.test(document.querySelector("#url").value)
    && /^123×240, /.test(document.querySelector("#preview-facts").textContent));
  const written = await page.locator("#url").evaluate((output) => output.value);
  assert.equal((await fetch(written)).status, 200, written);
  assert.equal((await fetch(written.replace("HR123", "HR124"))).status, 403);
  await page.waitForFunction(() => [...document.querySelectorAll("#sizes-rows td span b")].length === 36);
  await page.getByRole("button", { name: "Forget the chosen photo" }).click();
  await page.waitForFunction(() => / is forgotten\.$/.test(document.querySelector("#operator-note").textContent));
  return { count };
}

async function look(page) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: path.join(folder, `${scheme}.png`), fullPage: true });
  }
  // Nothing wider than a small screen.
  await page.setViewportSize({ width: 360, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360), "it fits on a telephone");
  await page.screenshot({ path: path.join(folder, "narrow.png"), fullPage: true });
}

const browser = await chromium.launchPersistentContext(path.join(folder, "profile"), {
  executablePath: "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1200, height: 1000 },
  deviceScaleFactor: 2,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic"],
});

try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    if (request.failure().errorText !== "net::ERR_ABORTED") complaints.push(request.url());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  const seen = token ? await operate(page) : await visit(page);

  // Nothing is without a name for screen readers.
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, input, select, output")]
    .filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label"))).map((e) => e.outerHTML));
  assert.deepEqual(unnamed, []);

  await look(page);
  assert.deepEqual(complaints, []);
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
