import { previewChange } from "@/server/domain/endpoint/preview-change";
import type { EndpointChange } from "@/server/domain/endpoint/settings";
import { CONTROL } from "@/server/domain/vocabulary";
import { type ChangedEndpoint, changeEndpoint } from "@/server/endpoint/change-endpoint";
import { type EndpointStatus, readEndpointStatus } from "@/server/endpoint/read-status";
import { type EndpointDeps, requireManagement } from "@/server/endpoint/types";
import { undoEndpointChange } from "@/server/endpoint/undo-endpoint-change";
import { watchEndpoint } from "@/server/endpoint/watch-endpoint";
import { AppError } from "@/server/errors";
import type { EndpointOptions, SetOptions } from "./endpoint";
import { changedLines, findingLines, previewLines, statusLines } from "./endpoint-lines";
import { EXIT } from "./exit-codes";
import { type Rollout, withRollout } from "./open-rollout";
import type { Tools } from "./tools";

/** Looks at RunPod now, then works on what is known: a command answers for this moment, with a server or without. */
export function withEndpoint(
  { terminal }: Tools,
  options: EndpointOptions,
  work: (endpoint: EndpointDeps, status: EndpointStatus, rollout: Rollout) => Promise<number>,
): Promise<number> {
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async (rollout) => {
      const { environment } = rollout;
      const endpoint = await rollout.openEndpoint();
      requireManagement(endpoint, environment);
      await watchEndpoint(endpoint, environment, new Date());
      const status = await readStatus(endpoint, rollout);
      if (status !== null) return work(endpoint, status, rollout);
      throw new AppError("UNAVAILABLE", "the endpoint could not be read, and was never before: see switchyard status");
    },
  );
}

export function readStatus(endpoint: EndpointDeps, { environment, deps }: Rollout): Promise<EndpointStatus | null> {
  const controlModel = deps.provider(environment, CONTROL)?.modelFor("txt2img") ?? null;
  return readEndpointStatus({ ...endpoint, controlModel }, environment, new Date());
}

export function showEndpoint(tools: Tools, options: EndpointOptions): Promise<number> {
  return withEndpoint(tools, options, async (_endpoint, status) => {
    if (options.json) tools.terminal.data(JSON.stringify(status, null, 2));
    else for (const line of statusLines(status, Date.now())) tools.terminal.data(line);
    return EXIT.ok;
  });
}

export function setEndpoint(
  tools: Tools,
  options: SetOptions,
  { change, seen, reason }: { change: EndpointChange; seen: number | null; reason: string | null },
): Promise<number> {
  const { terminal } = tools;
  return withEndpoint(tools, options, async (endpoint, status, { environment, operator }) => {
    const preview = previewChange(status, change);
    if (reason === null) {
      if (options.json) terminal.data(JSON.stringify({ environment, ...preview }, null, 2));
      else for (const line of previewLines(environment, preview)) terminal.data(line);
      return preview.problems.length === 0 ? EXIT.ok : EXIT.usage;
    }
    const input = { environment, change, reason, seenSnapshot: seen ?? status.snapshot };
    print(tools, options, environment, await changeEndpoint(endpoint, operator, input, new Date()));
    return EXIT.ok;
  });
}

export function undoEndpoint(tools: Tools, options: EndpointOptions, reason: string): Promise<number> {
  return withEndpoint(tools, options, async (endpoint, { snapshot }, { environment, operator }) => {
    const input = { environment, snapshot, reason };
    print(tools, options, environment, await undoEndpointChange(endpoint, operator, input, new Date()));
    return EXIT.ok;
  });
}

function print({ terminal }: Tools, options: EndpointOptions, environment: string, changed: ChangedEndpoint): void {
  if (options.json) terminal.data(JSON.stringify({ environment, ...changed }, null, 2));
  else for (const line of changedLines(environment, changed)) terminal.data(line);
}

export function lintEndpoint(tools: Tools, options: EndpointOptions): Promise<number> {
  const { terminal } = tools;
  return withEndpoint(tools, options, async (_endpoint, { environment, endpointId, findings }) => {
    const breaches = findings.filter(({ level }) => level === "breach").length;
    if (options.json) terminal.data(JSON.stringify({ environment, endpointId, breaches, findings }, null, 2));
    else for (const line of findingLines(findings)) terminal.data(line);
    if (findings.length === 0) terminal.say(`nothing is wrong with ${endpointId} in ${environment}`);
    return breaches === 0 ? EXIT.ok : EXIT.check;
  });
}
