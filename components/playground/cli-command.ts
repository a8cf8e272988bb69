import type { GenerationParams } from "@/server/domain/generation-request";
import type { ProviderId } from "@/server/domain/vocabulary";
import { shellQuote } from "./curl";

interface CliInput {
  params: GenerationParams;
  environment: string;
  /** Null: as routed. */
  provider: ProviderId | null;
  /** The operation takes a picture: its file's name in the command. */
  imageName: string | null;
}

/** The same request for `switchyard generate`, from the project's folder. */
export function cliCommand({ params, environment, provider, imageName }: CliInput): string {
  const option = (name: string, value: string | number | null) =>
    value === null ? [] : [`--${name} ${typeof value === "number" ? value : shellQuote(value)}`];
  return [
    "npm run -s switchyard -- generate",
    ...option("operation", params.operation),
    ...option("image", imageName),
    ...option("negative", params.negativePrompt),
    ...option("width", params.width),
    ...option("height", params.height),
    ...option("steps", params.steps),
    ...option("guidance", params.guidance),
    ...option("seed", params.seed),
    ...option("strength", params.strength),
    ...option("provider", provider),
    ...option("environment", environment),
    ...option("out", "picture.png"),
    // Last, behind the end of the options: a prompt may begin with a dash.
    ...(params.prompt === null ? [] : [`-- ${shellQuote(params.prompt)}`]),
  ].join(" \\\n  ");
}
