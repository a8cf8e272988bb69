"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button";
import { Icon } from "./icon";

const SHOWN_MS = 2_000;

interface CopyButtonProps extends Omit<ButtonProps, "children" | "onClick"> {
  /** A function where the text depends on the browser (an absolute link). */
  text: string | (() => string);
  children: string;
}

export function CopyButton({ text, children, ...rest }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (outcome === "idle") return;
    const timer = setTimeout(() => setOutcome("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setOutcome("copied");
    } catch {
      // The clipboard is closed to plain HTTP on another host, and to pages without permission.
      setOutcome("refused");
    }
  }

  return (
    <Button {...rest} onClick={copy}>
      <Icon icon={outcome === "copied" ? Check : Copy} />
      <span aria-live="polite">
        {outcome === "copied" ? "Copied" : outcome === "refused" ? "Copying was refused" : children}
      </span>
    </Button>
  );
}
