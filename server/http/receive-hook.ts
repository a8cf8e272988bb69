import type { IncomingMessage } from "node:http";
import { isId } from "@/server/domain/ids";
import { verifyCapability } from "@/server/engine/capability";
import { AppError } from "@/server/errors";
import { sendJson } from "./answer";
import type { Route } from "./call";

const READ_MAX_BYTES = 1_000_000;
const READ_MAX_MS = 2_000;
const JOB_ID = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * RunPod's notification. It is not signed, so its address is the secret, and its body says only which job it may be
 * about: the engine asks the provider. Nothing of it is logged.
 */
export const receiveHookRoute: Route = {
  method: "POST",
  path: "/hooks/runpod/:attemptId/:token",
  access: "public",
  why: "the address is a secret of its own, made for one attempt; RunPod can send no key",
  async handle({ runtime, params, incoming, outgoing, requestId }) {
    const { attemptId = "", token = "" } = params;
    // The token is compared also where the id is none, so that both refusals take the same time.
    const known = verifyCapability(runtime.secret, attemptId, token) && isId(attemptId);
    if (!known) throw new AppError("NOT_FOUND", "there is nothing at this address");
    const jobId = await claimedJobId(incoming);
    sendJson(outgoing, 200, { received: true });
    // After the answer: a slow database must not make RunPod call again.
    runtime
      .hint({ attemptId, token, jobId })
      .catch((error: unknown) =>
        runtime.log.warn("a notification was lost; polling finds out", { attemptId, requestId, error }),
      );
  },
};

/** The job that the body speaks of; null where it says none, or too late. */
async function claimedJobId(incoming: IncomingMessage): Promise<string | null> {
  const text = await beginningOf(incoming);
  let claimed: unknown;
  try {
    claimed = (JSON.parse(text) as { id?: unknown } | null)?.id;
  } catch {
    // A body with pictures in it is cut off. RunPod writes its members in alphabetical order, the id early.
    claimed = /"id"\s*:\s*"([^"\\]{1,128})"/.exec(text.slice(0, 4_096))?.[1];
  }
  return typeof claimed === "string" && JOB_ID.test(claimed) ? claimed : null;
}

function beginningOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      incoming.off("data", onData);
      resolve(Buffer.concat(chunks).toString("utf8"));
    };
    const timer = setTimeout(done, READ_MAX_MS);
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk.subarray(0, Math.max(0, READ_MAX_BYTES - size + chunk.length)));
      if (size >= READ_MAX_BYTES) done();
    };
    incoming.on("data", onData);
    incoming.once("end", done);
    incoming.once("close", done);
  });
}
