"use client";

/** Ends the session and leaves through a full load, so that nothing of it stays in the page's memory. */
export async function signOut(): Promise<void> {
  try {
    await fetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
  } finally {
    window.location.assign("/login");
  }
}
