import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderId } from "@/server/domain/vocabulary";

export interface FaultProxy {
  url: string;
  close(): Promise<void>;
}

/** What a worker whose image lacks the checkpoint says, as worker-comfyui passes ComfyUI's words on. */
const MISSING_MODEL = (checkpoint: string) =>
  [
    "Workflow validation failed:",
    `Node 4 (errors): value_not_in_list: Value not in list - ckpt_name: '${checkpoint}' not in []`,
  ].join("\n");

/**
 * Stands in for a provider on loopback, for faults that would cost money or be unsafe at the real one: `missing_model`
 * takes each job and fails it as RunPod's worker does, or refuses it as Scenario does; `hang` takes the connection and
 * never answers.
 */
export async function startFaultProxy(
  fault: "missing_model" | "hang",
  provider: ProviderId,
  checkpoint: string,
): Promise<FaultProxy> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    if (fault === "hang") return;
    if (provider === "scenario") {
      outgoing.writeHead(404, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ reason: `Model ${checkpoint} not found` }));
      return;
    }
    const isStatus = /\/status\//.test(incoming.url ?? "");
    const job = { id: "fault-proxy-1", status: isStatus ? "FAILED" : "IN_QUEUE" };
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify(isStatus ? { ...job, error: MISSING_MODEL(checkpoint) } : job));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    url: `http://127.0.0.1:${port}/v2`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
