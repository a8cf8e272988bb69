import type { Page } from "playwright/test";
import { pdfText } from "../support/pdf-text";
import { axeViolations } from "./axe";
import { expect } from "./console-test";
import { test } from "./costs-rows";
import { ask, change } from "./rollout-steps";
import { addRecentJobs } from "./warm-rows";

const WEEK = "/costs?week=2026-W47&tz=utc";
const cents = (text: string) => Math.round(Number(text.replace(/[^0-9.−-]/g, "").replace("−", "-")) * 100);

test("tiles, table, CSV, JSON, Markdown and chat have the same totals, to the cent", async ({ page, rows: _rows }) => {
  await page.goto(WEEK);
  const tile = page.getByRole("list", { name: "Totals" }).getByRole("listitem").filter({ hasText: "Total" }).first();
  const shown = cents((await tile.locator("[data-value]").textContent()) ?? "");
  const together = page.getByRole("region", { name: "By provider, table" }).getByRole("row").last();
  const [images = "", ...amounts] = await together.getByRole("cell").allTextContents();
  expect(cents(amounts.at(-1) ?? "")).toBe(shown);

  const file = async (format: string) => {
    const answer = await page.request.get(`/api/v1/reviews/2026-W47?format=${format}&environment=sandbox&timeZone=UTC`);
    expect(answer.status()).toBe(200);
    return answer.text();
  };
  const [head = "", ...lines] = (await file("csv")).trim().split("\r\n");
  const column = (name: string) => lines.map((line) => Number(line.split(",")[head.split(",").indexOf(name)]));
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  expect(Math.round(sum(column("total_usd")) * 100)).toBe(shown);
  expect(sum(column("images"))).toBe(Number(images.replace(",", "")));
  expect(Math.round(JSON.parse(await file("json")).costs.summary.costMicros / 10_000)).toBe(shown);
  expect(await file("md")).toContain(`| $${(shown / 100).toFixed(2)} |`);
  // Mail and chat are one outline with the Markdown; the text that would be posted is shown before.
  await page.getByRole("button", { name: "Post to Slack…" }).click();
  await expect(page.getByRole("dialog")).toContainText(`$${(shown / 100).toFixed(2)}`);
  await page.keyboard.press("Escape");

  await expect(page.getByRole("region", { name: "RunPod's bill" })).toContainText("Nothing of this week is billed yet");
  // A price of today changes nothing of a week that is over.
  await page.getByRole("figure", { name: "Bridge" }).getByRole("button", { name: "Show data table" }).click();
  await expect(page.getByRole("region", { name: "Bridge, data" }).getByRole("row").last()).toContainText("Actual");
});

test("a week is chosen by name, key and link; one that does not exist is refused in words", async ({
  page,
  rows: _rows,
}) => {
  await page.goto(WEEK);
  await expect(page.getByText("16 Nov – 22 Nov 2026, UTC")).toBeVisible();
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/week=2026-W46/);
  await expect(page.getByText("9 Nov – 15 Nov 2026, UTC")).toBeVisible();
  await page.goBack();
  await expect(page.getByText("16 Nov – 22 Nov 2026, UTC")).toBeVisible();
  const other = page.getByRole("textbox", { name: "Compare with" });
  await other.fill("2026-W50");
  await other.press("Enter");
  await expect(page.getByText("The week must be before 2026-W47.")).toBeVisible();
  await other.fill("2026-w30");
  await other.press("Enter");
  await expect(page).toHaveURL(/cmp=2026-W30/);
  await expect(page.getByRole("region", { name: "Earlier weeks, table" }).getByRole("row").last()).toContainText(
    "2026-W30",
  );
  await expect(page.getByText("2026-W30 $0.00")).toBeVisible();
  const field = page.getByRole("textbox", { name: "Week" });
  await field.fill("2026-W54");
  await field.press("Enter");
  await expect(page.getByText("The week must be one of 2026-W01 to 2026-W53: the year has no other.")).toBeVisible();
  await field.fill("2026-w53");
  await field.press("Enter");
  await expect(page.getByText("28 Dec – 3 Jan 2027, UTC")).toBeVisible();
});

test("the page fits, is accessible in both themes and sizes, and prints on one page", async ({ page, rows: _rows }) => {
  await page.goto(WEEK);
  await expect(page.getByRole("figure", { name: "By day" })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect(await axeViolations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    }
  for (const width of [320, 768, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflow(page)).toBe(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const pdf = await printed(page);
  expect(pdf.pages).toBe(1);
  expect(pdf.source).toMatch(/\/MediaBox\s*\[0 0 59[45][^ ]* 84[12]/);
  for (const heading of ["Costs", "Bridge", "By day", "By provider", "Savings", "Earlier weeks", "Scenario's usage"])
    expect(pdf.source).toContain(`/Title (${heading})`);
  // Every figure of tiles and table is drawn on the paper, as the review has it.
  const drawn = pdfText(pdf.bytes);
  const { costs } = await (
    await page.request.get("/api/v1/reviews/2026-W47?format=json&environment=sandbox&timeZone=UTC")
  ).json();
  const { summary, savings } = costs;
  const total = (micros: number) => `$${(micros / 1e6).toFixed(2)}`;
  const row = (side: { images: number; costMicros: number; parts: Record<string, number> }) =>
    [
      side.images,
      ...["compute", "coldStarts", "idle", "standing"].map((part) => total(side.parts[part] ?? 0)),
      total(side.costMicros),
    ].map(String);
  const unitCost = (micros: number) => `$${(micros / 1e6).toFixed(micros < 10_000 ? 4 : 3)}`;
  const { scenario, comfyui } = summary.providers;
  for (const figures of [row(scenario), row(comfyui), row(summary)])
    for (const figure of figures) expect(drawn).toContain(figure);
  for (const micros of [
    summary.costMicros,
    summary.baselineMicros,
    savings.micros,
    summary.parts.coldStarts,
    summary.parts.standing,
  ])
    expect(drawn).toContain(total(micros));
  for (const side of [scenario, comfyui]) expect(drawn).toContain(unitCost(side.costPerImageMicros));
  const usage = page.getByRole("region", { name: "Scenario's usage" });
  await expect(usage).toContainText(/2,500 creative units in \d days, \$22\.50/);
  await expect(usage).toContainText("16: 500, 17: 500");
  await expect(page.getByTitle("Changes 1, listed below")).toBeVisible();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  // A4 less its margins, at 96 dots per inch.
  await page.setViewportSize({ width: 718, height: 1032 });
  expect(await overflow(page)).toBe(0);
  expect(await clipped(page)).toEqual([]);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeHidden();
  await expect(page.getByRole("region", { name: "Changes in this week" })).toContainText(
    "Wed 13:30 Rehearsal of a bad night by Jo",
  );
  await expect(page.getByText(/^Week 47: 904 images cost \$31\.04;/)).toBeVisible();
});

test("a week is written to, signed by name and locked; a later correction stands beside it", async ({ page, rows }) => {
  await page.goto(WEEK);
  const review = page.getByRole("region", { name: "Review", exact: true });
  await review.getByLabel("Unexpected behaviour").fill("cold starts on Wednesday");
  await page.reload();
  await expect(review.getByLabel("Unexpected behaviour")).toHaveValue("cold starts on Wednesday");
  await expect(review.getByText("Not saved yet: kept in this tab alone.")).toBeVisible();
  await expect(review.getByRole("button", { name: "Sign off…" })).toBeDisabled();
  await review.getByRole("button", { name: "Save" }).click();
  await expect(review.getByText("last written by Mira")).toBeVisible();

  const actions = page.getByRole("region", { name: "Action items" });
  await actions.getByLabel("What is to be done").fill("Raise the time-out");
  await actions.getByRole("button", { name: "Add" }).click();
  await expect(actions.getByText("It must have 2 to 100 characters.")).toBeVisible();
  await actions.getByLabel("Owner").fill("Jo");
  await actions.getByLabel("Due").fill("2026-12-01");
  await actions.getByRole("button", { name: "Add" }).click();
  await actions.getByRole("checkbox", { name: /Raise the time-out/ }).click();
  await expect(actions.getByText(/Jo, due 1 Dec 2026, done by mira@example.com/)).toBeVisible();

  await page.getByRole("button", { name: "Post to Slack…" }).click();
  const preview = page.getByRole("dialog");
  await expect(preview.getByText("*Week 47 (2026-W47), sandbox (no real provider)*")).toBeVisible();
  await expect(preview.getByText("SLACK_WEBHOOK_URL is not set")).toBeVisible();
  await expect(preview.getByRole("button", { name: "Post", exact: true })).toBeDisabled();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await review.getByRole("button", { name: "Sign off…" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expect(dialog.getByRole("button", { name: "Sign off" })).toBeDisabled();
  await dialog.getByLabel("Your name").fill("Mira N.");
  await dialog.getByRole("button", { name: "Sign off" }).click();
  await expect(review.getByText(/Signed by Mira N\./)).toBeVisible();
  await expect(review.getByRole("textbox")).toHaveCount(0);
  await expect(review.getByText("cold starts on Wednesday").first()).toBeVisible();

  const total = page.getByRole("list", { name: "Totals" }).getByRole("listitem").first().locator("[data-value]");
  const signed = await total.textContent();
  await rows.query(
    "insert into cost_lines (environment, provider, kind, cost_micros, at) values ('sandbox', 'comfyui', 'unexplained', 1230000, '2026-11-18T12:00Z')",
  );
  await page.reload();
  await expect(total).toHaveText(signed ?? "");
  await expect(page.getByRole("region", { name: "Corrections, table" }).getByRole("row").nth(1)).toContainText("$1.23");
  const paper = await printed(page);
  expect(paper.pages).toBe(1);
  expect(paper.source).toContain("/Title (Corrected since it was signed)");
  await expect(page.getByRole("region", { name: "After the rollout" })).toContainText(
    "It begins when ComfyUI serves all traffic.",
  );
});

test("the digest's time and addresses are set, and a test of it arrives", async ({ page, postbox, rows: _rows }) => {
  await page.goto("/settings/notifications");
  const panel = page.getByRole("region", { name: "Weekly digest" });
  await expect(panel.getByText("SLACK_WEBHOOK_URL is not set")).toBeVisible();
  await panel.getByLabel("E-mail addresses").fill("mira");
  await panel.getByRole("switch", { name: "Send it" }).click();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("mira must be an e-mail address.")).toBeVisible();
  await panel.getByLabel("E-mail addresses").fill("mira@example.com");
  await panel.getByLabel("Time zone").fill("Europe/Berlin");
  await expect(panel.getByText("Changed: on or off, time zone, e-mail addresses.")).toBeVisible();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("Nothing is changed.")).toBeVisible();
  await page.reload();
  await expect(panel.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
  await panel.getByRole("button", { name: "Send test by e-mail" }).click();
  await expect(panel.getByText("A test is mailed.")).toBeVisible();
  expect(postbox.mails[0]).toContain(
    "This is a test of Switchyard's weekly digest for sandbox, asked for by mira@example.com.",
  );
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  }
});

test("the what-if prices a kept worker on its button, and writes nothing before that is confirmed", async ({
  page,
  baseURL,
  rows,
}) => {
  await addRecentJobs(rows);
  await change(page, baseURL ?? "", "endpoint.look", { environment: "sandbox" });
  await page.goto(WEEK);
  const panel = page.getByRole("region", { name: "Min workers what-if", exact: true });
  const kept = panel.getByRole("row").filter({ hasText: "min 1, idle 5 s" });
  await expect(kept).toContainText("0%");
  await expect(panel.getByText(/^Break-even: one permanent worker must avoid/)).toBeVisible();
  await expect(panel.getByText(/^Calibration/)).toBeVisible();
  await panel.getByRole("combobox", { name: "Target" }).click();
  await page.getByRole("option", { name: "cold ≤ 5.0%" }).click();
  await expect(panel.getByText(/^Cheapest with at most 5.0% cold: /)).toBeVisible();
  await expect(page).toHaveURL(/wtarget=cold-5/);
  await kept.getByRole("button", { name: "Set at RunPod: $26.40 a day standing" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText("Workers min: 0 → 1")).toBeVisible();
  await expect(dialog.getByText("$26.40 a day, $792.00 a month")).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  const { history } = await ask<{ history: unknown[] }>(page, "endpoint.status", { environment: "sandbox" });
  expect(history).toHaveLength(1);
});

test("what is warned of stands on every page, with what to do and where it was sent", async ({ page, rows }) => {
  await rows.query(`
    with warning as (insert into endpoint_warnings (id, environment, endpoint_id, key, level, state, title, says, todo, looks, opened_at, fired_at)
      values (gen_random_uuid(), 'sandbox', 'e', 'workers_max_zero', 'breach', 'firing', 'The endpoint may have no worker',
        'Workers max is 0: every job waits until its deadline and fails.', 'Set workers max to at least 1.', 0,
        now() - interval '10 minutes', now() - interval '7 minutes'),
      (gen_random_uuid(), 'sandbox', null, 'storage_waiting', 'breach', 'firing', 'R2 refuses the key',
        '14 pictures wait on a disk.', 'Set R2_ACCESS_KEY_ID.', 0, now() - interval '10 minutes', now() - interval '6 minutes') returning id, key)
    insert into warning_deliveries (warning_id, event, channel, environment, subject, body, state)
    select id, 'fired', 'slack', 'sandbox', 'subject', 'body', 'sent' from warning where key = 'workers_max_zero'`);
  await page.goto("/");
  const banner = page.getByRole("region", { name: "Endpoint warning" });
  await expect(banner).toContainText("RunPod endpoint: The endpoint may have no worker");
  await banner.getByRole("link", { name: "What to do" }).click();
  const listed = page.getByRole("region", { name: "Warnings" }).getByRole("listitem");
  await expect(listed).toHaveCount(2);
  const [storage, endpoint] = [
    listed.filter({ hasText: "Storage: R2 refuses the key" }),
    listed.filter({ hasText: "RunPod endpoint: " }),
  ];
  await expect(storage).toContainText("Set R2_ACCESS_KEY_ID.");
  await expect(endpoint).toContainText("Set workers max to at least 1.");
  await expect(endpoint).toContainText("warning to Slack: sent");
  expect(await axeViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await overflow(page)).toBe(0);
  const stores = page.getByRole("region", { name: "Storage warning" });
  await expect(stores).toContainText("Storage: R2 refuses the key");
  await stores.getByRole("link", { name: "Settings, Storage" }).click();
  await expect(page).toHaveURL(/\/settings\/storage/);
  await expect(page.getByRole("status").filter({ hasText: "14 pictures wait on a disk." })).toContainText(
    "Set R2_ACCESS_KEY_ID.",
  );
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  // What may have arrived goes again only when a person says so.
  await page.setViewportSize({ width: 1440, height: 900 });
  await rows.query("update warning_deliveries set state = 'unsure', problem = 'no answer'");
  await page.goto("/alerts");
  await endpoint.getByRole("button", { name: "Send again: warning to Slack: may have arrived (no answer)" }).click();
  await expect(endpoint).not.toContainText("may have arrived");
  await expect(endpoint.getByRole("button")).toHaveCount(0);
  const audited = await rows.query("select target from audit_entries where action = 'warning.sent_again'");
  expect(audited.rows).toEqual([{ target: "subject (fired) slack" }]);
  await rows.query("delete from warning_deliveries");
  await rows.query("delete from endpoint_warnings");
});

/** The page as Chromium prints it; its outline holds the headings as text. */
async function printed(page: Page): Promise<{ bytes: Buffer; source: string; pages: number }> {
  const bytes = await page.pdf({ preferCSSPageSize: true, outline: true, tagged: true });
  const source = bytes.toString("latin1");
  return { bytes, source, pages: source.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0 };
}

const overflow = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));

/** Boxes of the printed week whose content is wider than they are. */
const clipped = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".print-week *")]
      .filter((element) => element instanceof HTMLElement && element.offsetParent !== null)
      .filter(
        (element) => getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1,
      )
      .filter((element) => !element.classList.contains("sr-only"))
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 60)}`),
  );
