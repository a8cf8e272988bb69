"use client";
import { EntryForm } from "./entry-form";

const PASSWORD_MIN = 12;

/** Makes the first administrator; `token` is the start's one-time link. */
export function SetupForm({ token }: { token: string }) {
  return (
    <EntryForm
      door="setup"
      action="Create administrator"
      busyAction="Creating…"
      extra={{ token }}
      fields={[
        { name: "name", label: "Name", type: "text", autoComplete: "name" },
        { name: "email", label: "E-mail address", type: "email", autoComplete: "username" },
        {
          name: "password",
          label: "Password",
          type: "password",
          autoComplete: "new-password",
          hint: `At least ${PASSWORD_MIN} characters. A sentence is fine.`,
        },
      ]}
      check={({ name, email, password }) => ({
        ...(name?.trim() ? {} : { name: "Enter your name." }),
        ...(/^\S+@\S+$/.test(email ?? "") ? {} : { email: "Enter an e-mail address, such as mira@example.com." }),
        ...((password?.length ?? 0) >= PASSWORD_MIN
          ? {}
          : {
              password: `The password must have at least ${PASSWORD_MIN} characters; this one has ${password?.length ?? 0}.`,
            }),
      })}
    />
  );
}
