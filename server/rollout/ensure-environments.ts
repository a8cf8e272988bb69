import { randomBytes } from "node:crypto";
import type { Connection } from "@/db/client";
import type { Config } from "@/server/config";
import { newId } from "@/server/domain/ids";
import { CANDIDATE } from "@/server/domain/vocabulary";

/**
 * Makes the environments that the configuration names, each with its first revision. What
 * `IMAGE_GENERATION_PROVIDER` says at that moment decides that revision; without it the control serves, as the plan
 * says. Environments that exist are left as they are: a restart changes no route.
 */
export async function ensureEnvironments(connection: Pick<Connection, "pool">, config: Config): Promise<void> {
  const toCandidate = config.imageGenerationProvider === CANDIDATE;
  for (const environment of config.environments) {
    await connection.pool.query({
      text: `with e as (insert into environments (name, current_revision) values ($1, 1) on conflict (name) do nothing returning name)
        insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, held, salt, source, actor, reason, details)
        select $2, name, 1, $3, 'validation', false, $4, $5, $6, $7, $8::jsonb from e`,
      values: [
        environment,
        newId(),
        toCandidate ? 10_000 : 0,
        randomBytes(12).toString("hex"),
        config.imageGenerationProvider ? "env" : "initial",
        config.imageGenerationProvider ? "IMAGE_GENERATION_PROVIDER" : "Switchyard",
        config.imageGenerationProvider ? null : "the control serves until traffic is moved",
        JSON.stringify({ imageGenerationProvider: config.imageGenerationProvider }),
      ],
    });
  }
}
