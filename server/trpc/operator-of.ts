import type { Principal } from "@/server/gateway/types";
import type { Operator } from "@/server/rollout/types";

/** The signed-in person as one who moves traffic from the console. */
export function operatorOf(ctx: { principal: Principal; requestId: string }): Operator {
  return { principal: ctx.principal, via: "console", requestId: ctx.requestId };
}
