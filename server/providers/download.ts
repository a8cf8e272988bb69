import { PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { TIMEOUTS } from "./caller";
import { HttpFailure, type HttpSend } from "./http";
import { networkError, providerError } from "./provider-failure";
import type { CallOptions, ImageOutput } from "./types";

/**
 * Reads one result whole. The address came out of an answer, so it is fetched without credentials (signed addresses
 * refuse them anyway) and unchanged (a signature covers the query).
 */
export async function downloadOutput(
  provider: ProviderId,
  send: HttpSend,
  output: ImageOutput,
  options: CallOptions & { maxBytes: number },
): Promise<Uint8Array> {
  const name = PROVIDER_NAMES[provider];
  const tooLarge = () =>
    providerError(provider, {
      mode: "bad_output",
      message: `${name}: the picture has more than ${options.maxBytes} bytes`,
      retryable: false,
    });
  if (output.kind === "bytes") {
    if (output.bytes.byteLength > options.maxBytes) throw tooLarge();
    return output.bytes;
  }
  const answer = await send({
    method: "GET",
    url: output.url,
    timeouts: TIMEOUTS.download,
    maxBytes: options.maxBytes,
    signal: options.signal,
  }).catch((error: unknown) => {
    if (!(error instanceof HttpFailure)) throw error;
    throw error.kind === "too_large" ? tooLarge() : networkError(provider, error);
  });
  if (answer.status >= 200 && answer.status < 300) return answer.bytes;
  const gone = [403, 404, 410].includes(answer.status);
  throw providerError(
    provider,
    {
      mode: gone ? "bad_output" : "provider_unavailable",
      message: `${name}: the picture's address answered ${answer.status}`,
    },
    { httpStatus: answer.status },
  );
}
