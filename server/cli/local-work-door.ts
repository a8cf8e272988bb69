import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import type { PendingInput } from "@/server/gateway/types";
import { readPicture } from "@/server/images/read-picture";
import { fetchUserUrl } from "@/server/providers/fetch-user-url";
import type { Order, WorkDoor } from "./door";
import { chooseEnvironment } from "./installation";
import { openLocalWork } from "./open-local-work";

/** The gateway's verbs on the installation's database, with somebody to do the work. */
export async function openLocalWorkDoor(say: (line: string) => void, environment: string | null): Promise<WorkDoor> {
  const { installation, runtime, whileServed, close } = await openLocalWork(say, environment);
  const { principal } = installation;
  return {
    serverUrl: installation.serverUrl,
    async submit(order) {
      const environment = chooseEnvironment(installation, order.environment ?? undefined);
      const image = pendingImage(order);
      const { params, provider, stickyKey, idempotencyKey, deadlineMs } = order;
      return runtime.gateway.submit({
        principal,
        environment,
        source: "cli",
        params,
        image,
        provider,
        stickyKey,
        idempotencyKey,
        fallback: null,
        deadlineMs,
      });
    },
    watch: (id, signal) => whileServed(runtime.gateway.watch(principal, id, signal)),
    cancel: (id) => runtime.gateway.cancel(principal, id),
    picture: ({ sha256 }) => readPicture(runtime, sha256),
    close,
  };
}

/** Looked at by the gateway when nothing else stands against the request. */
function pendingImage({ image }: Order): PendingInput | null {
  if (image === null) return null;
  if ("bytes" in image) return { load: async () => image.bytes };
  const fetchImage = () =>
    fetchUserUrl(image.url, { maxBytes: INPUT_IMAGE_MAX_BYTES, signal: AbortSignal.timeout(30_000) });
  return { load: fetchImage };
}
