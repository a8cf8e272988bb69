import type { GenerationParams } from "@/server/domain/generation-request";
import type { GenerationDetail, GenerationImage } from "@/server/domain/generation-view";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { GenerationFilter, GenerationPage } from "@/server/gateway/gateway";
import type { RemoteServer } from "./http-door";

/** A generation as it was ordered at the command line. */
export interface Order {
  /** Null: the key's, or the installation's default. */
  environment: string | null;
  params: GenerationParams;
  image: { bytes: Uint8Array } | { url: string } | null;
  provider: ProviderId | null;
  stickyKey: string | null;
  idempotencyKey: string;
  deadlineMs: number | null;
}

/** The filter of a list; null for the default environment. */
export type ListFilter = Omit<GenerationFilter, "environment"> & { environment: string | null };

/** What reading commands need, over HTTP or on the database. */
export interface ReadDoor {
  /** Where pictures can be fetched from; null when no server runs. */
  serverUrl: string | null;
  get(id: string): Promise<GenerationDetail>;
  list(filter: ListFilter, limit: number): Promise<GenerationPage>;
  cancel(id: string): Promise<GenerationDetail>;
  /** Is anybody there to carry a cancellation out? */
  isServed(): Promise<boolean>;
  close(): Promise<void>;
}

/** What making a picture needs. */
export interface WorkDoor {
  /** Where pictures can be fetched from; null when no server runs. */
  serverUrl: string | null;
  submit(order: Order): Promise<{ id: string; created: boolean }>;
  watch(id: string, signal: AbortSignal): AsyncIterable<GenerationDetail>;
  cancel(id: string): Promise<GenerationDetail>;
  picture(image: GenerationImage): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Generations are read where SWITCHYARD_API_KEY leads, else from the database of this machine's installation. */
export async function openReadDoor(say: (line: string) => void): Promise<ReadDoor> {
  const http = await httpDoor();
  if (http !== null) return http;
  const { openLocalReadDoor } = await import("./local-read-door");
  return openLocalReadDoor(say);
}

export async function openWorkDoor(say: (line: string) => void, environment: string | null): Promise<WorkDoor> {
  const http = await httpDoor();
  if (http !== null) return http;
  const { openLocalWorkDoor } = await import("./local-work-door");
  return openLocalWorkDoor(say, environment);
}

async function httpDoor() {
  const server = await remoteServer();
  if (server === null) return null;
  const { createHttpDoor } = await import("./http-door");
  return createHttpDoor(server);
}

/** The server that SWITCHYARD_API_KEY opens; null without a key: then this machine's installation is meant. */
export async function remoteServer(): Promise<RemoteServer | null> {
  const { readEnvFiles } = await import("@/server/env-files");
  const { parseConfig } = await import("@/server/config");
  const config = parseConfig({ ...readEnvFiles(process.cwd()), ...process.env });
  if (config.apiKey === null) return null;
  const { handedOver } = await import("@/server/supervisor/hand-over");
  const host = config.host === "0.0.0.0" || config.host === "::" ? "127.0.0.1" : config.host;
  const url = config.serverUrl ?? handedOver(config.dataDir, "server") ?? `http://${host}:${config.port}`;
  return { url, key: config.apiKey };
}
