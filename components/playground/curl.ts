import type { GenerationParams } from "@/server/domain/generation-request";
import type { ProviderId } from "@/server/domain/vocabulary";

interface CurlInput {
  origin: string;
  params: GenerationParams;
  environment: string;
  /** Null: as routed. */
  provider: ProviderId | null;
  /** The operation takes a picture: its file's name in the command. */
  imageName: string | null;
}

/** A word as one argument of a POSIX shell, whatever it holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same request for a terminal. The key is read from the environment there: none is ever written here. */
export function curlCommand({ origin, params, environment, provider, imageName }: CurlInput): string {
  const body = Object.fromEntries(
    Object.entries({ ...params, provider, environment }).filter(([, value]) => value !== null),
  );
  const head = [
    `curl -sS ${shellQuote(`${origin}/api/v1/generations`)}`,
    '  -H "Authorization: Bearer $SWITCHYARD_API_KEY"',
    "  -H 'Prefer: wait=120'",
  ];
  const rest =
    imageName === null
      ? ["  -H 'Content-Type: application/json'", `  -d ${shellQuote(JSON.stringify(body))}`]
      : [
          ...Object.entries(body).map(([name, value]) => `  --form-string ${shellQuote(`${name}=${String(value)}`)}`),
          `  -F ${shellQuote(`image=@${imageName}`)}`,
        ];
  return [...head, ...rest].join(" \\\n");
}
