"use client";
import { lazy, Suspense } from "react";
import { AccountMenuFace, type AccountMenuProps } from "./account-menu-face";

const AccountMenuBox = lazy(() => import("./account-menu-box"));

/** Account, theme and, on a phone, more pages. Its script comes after the page is drawn. */
export function AccountMenu(props: AccountMenuProps) {
  return (
    <Suspense
      fallback={
        <span className={props.triggerClassName}>
          <AccountMenuFace {...props} />
        </span>
      }
    >
      <AccountMenuBox {...props} />
    </Suspense>
  );
}
