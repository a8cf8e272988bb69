"use client";
import { type KeyboardEvent, useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/field";
import { pictureOf, type SourceImage } from "./source-image";

interface SourceAddressProps {
  onPicture: (image: SourceImage) => void;
  onProblem: (problem: string) => void;
}

/** A picture from an address, fetched by the server: the browser neither may nor should go there. */
export function SourceAddress({ onPicture, onProblem }: SourceAddressProps) {
  const [address, setAddress] = useState("");
  const fetched = trpc.generations.fetchPicture.useMutation();

  async function take() {
    const url = address.trim();
    if (url === "") return;
    if (!URL.canParse(url)) {
      onProblem("The address must begin with https://, such as https://example.com/fox.png.");
      return;
    }
    try {
      const name = new URL(url).pathname.split("/").at(-1) || "picture";
      const picture = await pictureOf(await fetched.mutateAsync({ url }), name);
      if ("problem" in picture) onProblem(picture.problem);
      else onPicture(picture);
    } catch (error) {
      onProblem(`Nothing could be taken from this address: ${error instanceof Error ? error.message : "unknown"}.`);
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.metaKey || event.ctrlKey) return;
    // Not the form's own: it would run what has no picture yet.
    event.preventDefault();
    void take();
  }

  return (
    <div className="flex w-full gap-2">
      <Input
        type="url"
        aria-label="Address of a picture"
        placeholder="https://…"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button busy={fetched.isPending} onClick={() => void take()}>
        Fetch
      </Button>
    </div>
  );
}
