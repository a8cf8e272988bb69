import { createTransport } from "nodemailer";
import type { Secret } from "@/server/domain/secret";
import type { DigestMessage, SendResult } from "./types";

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;

export interface MailSettings {
  url: Secret;
  from: string;
}

/** Sends one mail to all of `to`. Throws nothing; what went wrong comes back in words without addresses or secrets. */
export async function sendEmail(
  settings: MailSettings,
  to: readonly string[],
  message: DigestMessage,
): Promise<SendResult> {
  const transport = createTransport({
    url: settings.url.reveal(),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { rejected } = await transport.sendMail({
      from: settings.from,
      to: [...to],
      subject: message.subject,
      text: message.text,
      html: message.html,
    });
    const refused = rejected.length;
    return {
      outcome: "sent",
      note: refused > 0 ? `the mail server refused ${refused} of ${to.length} addresses` : null,
    };
  } catch (error) {
    return failureOf(error);
  } finally {
    transport.close();
  }
}

/** What a mail server's errors are known by; their messages may hold addresses, so they are not repeated. */
interface MailError {
  code?: unknown;
  responseCode?: unknown;
  syscall?: unknown;
  message?: unknown;
}

const WORDS: Record<string, string> = {
  EAUTH: "the mail server refused the user name or password in SMTP_URL",
  EDNS: "the mail server's name in SMTP_URL is not known",
  ETLS: "no encrypted connection to the mail server could be made",
  EENVELOPE: "the mail server refused the sender or every recipient",
  ECONFIG: "SMTP_URL is not understood",
};

function failureOf(error: unknown): SendResult {
  const { code, responseCode, syscall, message } = (error ?? {}) as MailError;
  const name = typeof code === "string" ? code : "";
  const words = WORDS[name];
  if (typeof responseCode === "number")
    return { outcome: "refused", problem: `${words ?? "the mail server refused the mail"} (${responseCode})` };
  if (words) return { outcome: "refused", problem: words };
  // Named by their text alone; everything else may have broken after the mail was taken.
  const isBefore = syscall === "connect" || message === "Connection timeout" || message === "Greeting never received";
  if (isBefore) return { outcome: "refused", problem: "the mail server cannot be reached" };
  return { outcome: "unsure", problem: "the mail server was lost while the mail was sent" };
}
