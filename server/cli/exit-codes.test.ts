import { describe, expect, it } from "vitest";
import { AppError, ERROR_CODES, type ErrorCode } from "@/server/errors";
import { exitCodeOf } from "./exit-codes";

describe("exitCodeOf", () => {
  it("tells a mistake in the command from a failure and from what cannot be reached", () => {
    const codes = Object.fromEntries(ERROR_CODES.map((code) => [code, exitCodeOf(new AppError(code, ""))]));
    expect(codes).toEqual({
      BAD_REQUEST: 2,
      UNAUTHORIZED: 4,
      FORBIDDEN: 4,
      NOT_FOUND: 1,
      CONFLICT: 1,
      PAYLOAD_TOO_LARGE: 2,
      UNSUPPORTED_MEDIA_TYPE: 2,
      UNPROCESSABLE: 2,
      TOO_MANY_REQUESTS: 1,
      NOT_CONFIGURED: 4,
      OVERLOADED: 1,
      UNAVAILABLE: 4,
      INTERNAL: 1,
    } satisfies Record<ErrorCode, number>);
    expect(exitCodeOf(new Error("anything"))).toBe(1);
  });
});
