"use client";
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "./button";
import { Icon } from "./icon";

interface ToastData {
  /** Controls and live text under the words, for a toast that stays. */
  body?: ReactNode;
}

const VISIBLE_MS = 6_000;
const AT_MOST = 3;

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={VISIBLE_MS} limit={AT_MOST}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="no-print fixed right-4 bottom-[calc(var(--bottom-height)+16px)] z-60 flex w-[calc(100vw-32px)] max-w-90 flex-col gap-2 outline-none md:right-6 md:bottom-6">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager<ToastData>();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={["right", "down"]}
      data-toast=""
      className="rounded-card border border-line bg-surface shadow-overlay transition-opacity duration-200 data-[ending-style]:opacity-0 data-[limited]:hidden data-[starting-style]:opacity-0"
    >
      <Toast.Content className="flex items-start gap-3 p-3 pl-4">
        <div className="min-w-0 flex-1 py-1.5">
          <Toast.Title className="m-0 text-body font-medium text-ink-1" />
          <Toast.Description className="m-0 text-small text-ink-2" />
          {toast.data?.body}
        </div>
        <Toast.Close aria-label="Dismiss" className={buttonClass("ghost", "icon")}>
          <Icon icon={X} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** For good news and things to know. An error that needs an action stays where it happened instead. */
export function useToast(): (title: string, description?: string) => void {
  const manager = Toast.useToastManager();
  return (title, description) => {
    manager.add({ title, description });
  };
}

interface LastingToast {
  /** One toast an id: a second call changes nothing. */
  id: string;
  title: string;
  body: (close: () => void) => ReactNode;
}

/** A toast that stays until somebody dismisses it, with what can be done about it. */
export function useLastingToast(): (toast: LastingToast) => void {
  const manager = Toast.useToastManager<ToastData>();
  return ({ id, title, body }) => {
    manager.add({ id, title, timeout: 0, data: { body: body(() => manager.close(id)) } });
  };
}
