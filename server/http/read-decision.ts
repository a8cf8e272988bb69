import { isOperation } from "@/server/domain/generation-request";
import { OPERATIONS } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { decideRoute } from "@/server/gateway/decide-route";
import { sendJson } from "./answer";
import type { Route } from "./call";

/** `GET /api/v1/decision?key=user-7`: which provider a caller in report mode is to call, with the receipt. */
export const readDecisionRoute: Route = {
  method: "GET",
  path: "/api/v1/decision",
  access: "report",
  async handle({ runtime, principal, query, outgoing }) {
    const operation = query.get("operation") ?? "txt2img";
    if (!isOperation(operation)) {
      const rule = `must be one of ${OPERATIONS.join(", ")}`;
      throw new AppError("BAD_REQUEST", `operation ${rule}`, { problems: [{ field: "operation", rule }] });
    }
    const environment = query.get("environment") ?? principal.environment ?? runtime.config.defaultEnvironment;
    const receipt = await decideRoute(runtime, principal, { environment, key: query.get("key"), operation });
    sendJson(outgoing, 200, receipt);
  },
};
