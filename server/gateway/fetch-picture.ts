import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import { AppError } from "@/server/errors";
import { checkHeader } from "@/server/images/check-header";
import { PictureProblem } from "@/server/images/picture-problem";
import { type FetchUserUrlOptions, fetchUserUrl } from "@/server/providers/fetch-user-url";

export interface FetchedPicture {
  mimeType: string;
  base64: string;
}

/**
 * The picture at an address, for a form that shows what it will send. From public addresses only; its type is told by
 * its first bytes. Throws AppError BAD_REQUEST naming what is wrong with the address or with what stands there.
 */
export async function fetchPicture(
  url: string,
  options: Omit<FetchUserUrlOptions, "maxBytes">,
): Promise<FetchedPicture> {
  const bytes = await fetchUserUrl(url, { ...options, maxBytes: INPUT_IMAGE_MAX_BYTES });
  try {
    const { mimeType } = checkHeader(bytes, INPUT_IMAGE_MAX_BYTES);
    return { mimeType, base64: Buffer.from(bytes).toString("base64") };
  } catch (error) {
    if (!PictureProblem.is(error)) throw error;
    const problems = [{ field: "image.url", rule: error.message }];
    throw new AppError("BAD_REQUEST", `image.url ${error.message}`, { problems, cause: error });
  }
}
