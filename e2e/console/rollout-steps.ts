import type { Page } from "playwright/test";
import { expect } from "./console-test";

const ENVIRONMENT = "sandbox";

interface Status {
  revision: { number: number; candidateShareBp: number; held: boolean; source: string };
  openIncidents: { id: string; revision: number }[];
}

interface HistoryEntry {
  number: number;
  candidateShareBp: number;
  reason: string | null;
  details: { kind?: string; overridden?: { title: string }[] } | null;
  incidentId: string | null;
}

interface AuditEntry {
  seq: number;
  action: string;
}

/** A read of the console's own API, as the signed-in person. */
export async function ask<T>(page: Page, procedure: string, input: Record<string, unknown>): Promise<T> {
  const query = encodeURIComponent(JSON.stringify(input));
  const answer = await page.request.get(`/api/trpc/${procedure}?input=${query}`);
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).result.data;
}

/** A change through the console's own API, as the signed-in person. */
export async function change<T>(page: Page, baseURL: string, procedure: string, input: object): Promise<T> {
  const answer = await page.request.post(`/api/trpc/${procedure}`, { data: input, headers: { origin: baseURL } });
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).result.data;
}

export const statusOf = (page: Page) => ask<Status>(page, "rollout.status", { environment: ENVIRONMENT });

/** Newest first. */
export const historyOf = (page: Page) => ask<HistoryEntry[]>(page, "rollout.history", { environment: ENVIRONMENT });

/** The newest entries of the audit trail, newest first. */
export async function auditOf(page: Page): Promise<AuditEntry[]> {
  return (await ask<{ audit: AuditEntry[] }>(page, "overview.get", { environment: ENVIRONMENT })).audit;
}

/** Brings the rollout to a share, resumed, from wherever an earlier test has left it. */
export async function setShare(page: Page, baseURL: string, shareBp: number): Promise<void> {
  const { revision } = await statusOf(page);
  if (revision.held) {
    const reason = "set up the test";
    await change(page, baseURL, "rollout.resume", { environment: ENVIRONMENT, reason, seenRevision: revision.number });
  }
  if (revision.candidateShareBp !== shareBp) await moveShare(page, baseURL, shareBp);
}

/** A step by somebody else, past every gate. */
export async function moveShare(page: Page, baseURL: string, shareBp: number): Promise<void> {
  const { revision } = await statusOf(page);
  // A step up waits for the first live check of the way back.
  await expect
    .poll(
      async () => {
        const answer = await page.request.post("/api/trpc/rollout.changeShare", {
          headers: { origin: baseURL },
          data: {
            environment: ENVIRONMENT,
            shareBp,
            reason: "set up the test",
            seenRevision: revision.number,
            override: true,
          },
        });
        return answer.status() === 200 ? "moved" : await answer.text();
      },
      { timeout: 60_000, intervals: [500, 1_000] },
    )
    .toBe("moved");
}

/** The one rollback button that can be seen. */
export const rollbackButton = (page: Page) =>
  page.getByRole("button", { name: "Roll back to Scenario", exact: true }).filter({ visible: true });

/** Overlays that ask something; a toast has a dialog's role and asks nothing. */
export const dialogs = (page: Page) => page.locator("[role=dialog]:not([data-toast]), [role=alertdialog]");

export const toast = (page: Page) => page.locator("[data-toast]").filter({ hasText: "Rolled back to Scenario" });
