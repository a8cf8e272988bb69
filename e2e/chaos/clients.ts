import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { GenerationState } from "@/server/domain/vocabulary";
import type { ClientEntry, Send } from "./history";
import type { Random } from "./random";

export interface ClientsOptions {
  count: number;
  /** Addresses of the gateways; a caller that gets no answer from one tries another. */
  gateways: string[];
  apiKey: string;
  /** A small PNG, as base64, for img2img. */
  inputImage: string;
  random: Random;
}

export interface Clients {
  log: ClientEntry[];
  /** Answers that no caller of ours should get, such as 400 or 401. */
  refusals: string[];
  /** Begins nothing new and resolves when every request that was begun has been answered. */
  finish(): Promise<void>;
  /** Ends without waiting for answers. */
  abandon(): void;
}

/** Longer than the product's own limit, so that a hang is told from a slow answer. */
const PATIENCE_MS = 10_000;
const WATCH_FOR_MS = 15_000;

/** Callers that submit, try again with the same key until they have an answer, look after their work, and cancel some. */
export function startClients(options: ClientsOptions): Clients {
  const { random, gateways } = options;
  const log: ClientEntry[] = [];
  const refusals: string[] = [];
  let finishing = false;
  let abandoned = false;
  const headers = { authorization: `Bearer ${options.apiKey}`, "content-type": "application/json" };

  async function send(entry: ClientEntry, body: string): Promise<Send["outcome"]> {
    const atMs = Date.now();
    const startedMs = performance.now();
    const outcome = await submit(`${random.pick(gateways)}/api/v1/generations`, {
      method: "POST",
      headers: { ...headers, "idempotency-key": entry.key },
      body,
    });
    entry.sends.push({ atMs, tookMs: performance.now() - startedMs, outcome });
    return outcome;
  }

  async function sendUntilAccepted(entry: ClientEntry, body: string): Promise<string | null> {
    while (!abandoned) {
      const outcome = await send(entry, body);
      if (outcome.kind === "answer") {
        if (outcome.status >= 200 && outcome.status < 300) return outcome.id;
        if (outcome.status < 500 && outcome.status !== 429) {
          refusals.push(`${entry.key}: ${outcome.status}`);
          return null;
        }
      }
      await sleep(random.between(50, 400));
    }
    return null;
  }

  async function look(entry: ClientEntry, id: string): Promise<GenerationState | null> {
    const url = `${random.pick(gateways)}/api/v1/generations/${id}`;
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    if (!answer) return null;
    const detail = (await answer.json().catch(() => null)) as { state?: GenerationState } | null;
    const state = answer.ok ? (detail?.state ?? null) : null;
    entry.sightings.push({ id, atMs: Date.now(), status: answer.status, state });
    return state;
  }

  async function oneRequest(): Promise<void> {
    const entry: ClientEntry = {
      key: randomUUID(),
      tag: `t${randomUUID().replaceAll("-", "")}`,
      sends: [],
      sightings: [],
    };
    log.push(entry);
    const body = JSON.stringify(requestBody(entry.tag, random, options.inputImage));
    const id = await sendUntilAccepted(entry, body);
    if (id === null) return;
    if (random.chance(0.15)) await Promise.all([send(entry, body), send(entry, body)]);
    if (random.chance(0.06)) {
      const url = `${random.pick(gateways)}/api/v1/generations/${id}`;
      await fetch(url, { method: "DELETE", headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    }
    const until = Date.now() + WATCH_FOR_MS;
    let ended = false;
    while (!finishing && !ended && Date.now() < until) {
      await sleep(random.between(300, 1_200));
      const state = await look(entry, id);
      ended = state === "succeeded" || state === "failed" || state === "cancelled";
    }
    // What has ended must stay as it is.
    if (ended && random.chance(0.3)) await look(entry, id);
  }

  const running = Array.from({ length: options.count }, async () => {
    while (!finishing) await oneRequest();
  });
  return {
    log,
    refusals,
    async finish() {
      finishing = true;
      await Promise.all(running);
    },
    abandon() {
      finishing = true;
      abandoned = true;
    },
  };
}

function requestBody(tag: string, random: Random, inputImage: string): Record<string, unknown> {
  const operation = random.chance(0.15) ? "img2img" : "txt2img";
  return {
    operation,
    // First, since ledgers cut long prompts.
    prompt: `${tag} a red fox in the snow`,
    provider: random.pick([null, "scenario", "comfyui", "comfyui"]),
    fallback: random.chance(0.7) ? null : random.chance(0.5),
    ...(operation === "img2img" ? { image: { base64: inputImage }, strength: 0.6 } : { width: 256, height: 256 }),
  };
}

async function submit(url: string, init: RequestInit): Promise<Send["outcome"]> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(url, { ...init, signal: patience });
    const body = (await answer.json().catch(() => null)) as { id?: unknown } | null;
    return {
      kind: "answer",
      status: answer.status,
      id: typeof body?.id === "string" ? body.id : null,
      retryAfter: answer.headers.has("retry-after"),
    };
  } catch {
    return { kind: patience.aborted ? "hung" : "broken" };
  }
}
