import type { DigestChannel } from "@/server/domain/digest";

/** One digest in the forms that channels take. */
export interface DigestMessage {
  subject: string;
  /** For mail: Markdown reads well as plain text. */
  text: string;
  html: string;
  /** Slack's own marking; Mattermost and others read it too. */
  slack: string;
}

/** `unsure`: it may have arrived, since no answer came. */
export type SendResult = { outcome: "sent"; note: string | null } | { outcome: "refused" | "unsure"; problem: string };

export interface DigestChannels {
  /** Why nothing can go this way, in words that name the variable; null where it can. */
  missing(channel: DigestChannel): string | null;
  /** Throws nothing: what went wrong is in the answer, without addresses or secrets. */
  send(channel: DigestChannel, message: DigestMessage, emails: readonly string[]): Promise<SendResult>;
}
