import type { Config } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

export interface SharedControl {
  /** Address and project: no secret. */
  account: string;
  environments: string[];
  /** Its usage is one, and is kept with the first of them. */
  keeper: string;
}

type Deps = Pick<Config, "environments" | "providerSettings">;

/** The environments that use the same Scenario account, in the configuration's order. Null: it has no credentials. */
export function sharedControl(config: Deps, environment: string): SharedControl | null {
  const own = config.providerSettings(environment).scenario;
  if (own.apiKey === null || own.secret === null) return null;
  const environments = config.environments.filter((other) => {
    if ((other === SANDBOX_ENVIRONMENT) !== (environment === SANDBOX_ENVIRONMENT)) return false;
    const { apiKey, baseUrl, projectId } = config.providerSettings(other).scenario;
    return apiKey?.reveal() === own.apiKey?.reveal() && baseUrl === own.baseUrl && projectId === own.projectId;
  });
  const account = `${new URL(own.baseUrl).hostname}${own.projectId === null ? "" : `/${own.projectId}`}`;
  return { account, environments, keeper: environments[0] ?? environment };
}
