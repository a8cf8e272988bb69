"use client";
import { EntryForm } from "./entry-form";

export function LoginForm() {
  return (
    <EntryForm
      door="sign-in/email"
      action="Sign in"
      busyAction="Signing in…"
      fields={[
        { name: "email", label: "E-mail address", type: "email", autoComplete: "username" },
        { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
      ]}
      check={({ email, password }) => ({
        ...(email?.trim() ? {} : { email: "Enter your e-mail address." }),
        ...(password ? {} : { password: "Enter your password." }),
      })}
    />
  );
}
