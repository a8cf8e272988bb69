import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";

export const metadata: Metadata = {
  title: { default: "Switchyard", template: "%s" },
  description: "Replace one image-generation provider by another while traffic flows",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f6f2" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1015" },
  ],
};

/** The theme is in the first byte of the page, from a cookie: no script decides it later, so nothing flashes. */
async function chosenTheme(): Promise<"light" | "dark" | undefined> {
  const value = (await cookies()).get("theme")?.value;
  return value === "light" || value === "dark" ? value : undefined;
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme={await chosenTheme()}>
      <body>{children}</body>
    </html>
  );
}
