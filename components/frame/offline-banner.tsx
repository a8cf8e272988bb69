"use client";
import { WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Icon } from "@/components/ui/icon";

function subscribe(onChange: () => void): () => void {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}

/** What is shown stays readable while the network is away, and says that it is old. */
export function OfflineBanner() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  return (
    <div role="status">
      {online ? null : (
        <p className="m-0 flex items-center justify-center gap-2 bg-watch-bg px-4 py-2 text-body text-watch-text">
          <Icon icon={WifiOff} />
          Offline: what you see is the last that was loaded.
        </p>
      )}
    </div>
  );
}
