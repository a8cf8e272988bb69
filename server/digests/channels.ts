import type { Config } from "@/server/config";
import { postWebhook } from "./post-webhook";
import { sendEmail } from "./send-email";
import type { DigestChannels } from "./types";

const MISSING = {
  email: "SMTP_URL is not set: without a mail server nothing can be mailed",
  slack: "SLACK_WEBHOOK_URL is not set: without a webhook nothing can be posted",
};

/** The ways out that the configuration opens. */
export function createChannels({ notifications }: Pick<Config, "notifications">): DigestChannels {
  const { smtpUrl, mailFrom, slackWebhookUrl, webhookAllowedHosts } = notifications;
  return {
    missing: (channel) => ((channel === "email" ? smtpUrl : slackWebhookUrl) === null ? MISSING[channel] : null),
    async send(channel, message, emails) {
      if (channel === "email") {
        if (smtpUrl === null) return { outcome: "refused", problem: MISSING.email };
        if (emails.length === 0) return { outcome: "refused", problem: "no e-mail address is entered" };
        return sendEmail({ url: smtpUrl, from: mailFrom }, emails, message);
      }
      if (slackWebhookUrl === null) return { outcome: "refused", problem: MISSING.slack };
      return postWebhook({ url: slackWebhookUrl, allowHosts: webhookAllowedHosts }, message.slack);
    },
  };
}
