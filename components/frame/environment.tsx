"use client";
import { parseAsString, useQueryState } from "nuqs";
import { createContext, type ReactNode, use, useCallback, useMemo } from "react";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

interface EnvironmentList {
  names: readonly string[];
  /** The one that the URL leaves out. */
  defaultName: string;
}

interface Environment extends EnvironmentList {
  name: string;
  isSandbox: boolean;
  choose: (name: string) => void;
  /** An address of ours that stays in this environment. */
  hrefIn: (path: string) => string;
}

const EnvironmentContext = createContext<EnvironmentList | null>(null);

export function EnvironmentProvider({ list, children }: { list: EnvironmentList; children: ReactNode }) {
  return <EnvironmentContext value={list}>{children}</EnvironmentContext>;
}

/** The environment that the URL names; a missing or unknown name is the default one. */
export function useEnvironment(): Environment {
  const list = use(EnvironmentContext);
  if (list === null) throw new Error("useEnvironment needs an EnvironmentProvider above it");
  const [wanted, setWanted] = useQueryState("env", parseAsString.withOptions({ history: "push" }));
  const name = wanted !== null && list.names.includes(wanted) ? wanted : list.defaultName;
  const choose = useCallback(
    (next: string) => {
      setWanted(next === list.defaultName ? null : next);
    },
    [list.defaultName, setWanted],
  );
  const hrefIn = useCallback(
    (path: string) => {
      if (name === list.defaultName) return path;
      return `${path}${path.includes("?") ? "&" : "?"}env=${encodeURIComponent(name)}`;
    },
    [name, list.defaultName],
  );
  return useMemo(
    () => ({ ...list, name, isSandbox: name === SANDBOX_ENVIRONMENT, choose, hrefIn }),
    [list, name, choose, hrefIn],
  );
}
