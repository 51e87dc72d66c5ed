/** The frame of every member screen: who we are, the language, one heading, and what to do in an emergency. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { EmergencyNotice } from "../kit/ui/emergency";
import { LiveRegion } from "../kit/ui/live";
import { useHeadingFocus, useTitle } from "../kit/ui/use";
import { LanguageSwitch } from "../kit/ui/words";
import { useMemberWords } from "./words";

export function Frame({ brand, kind = "page", notice, actions, children }: {
  readonly brand: string;
  /** “stage” fills the window and is dark around the pictures. */
  readonly kind?: "page" | "stage";
  /** What is wrong with the connection now; stays in view. */
  readonly notice?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const t = useMemberWords();
  return (
    <div class={`frame frame-${kind}`}>
      <a class="skip unseen" href="#main">
        {t("page.skip")}
      </a>
      <header class="head">
        <div class="topbar">
          <span class="topbar-name">{brand}</span>
          <div class="topbar-actions">
            {actions}
            <LanguageSwitch />
          </div>
        </div>
        {notice}
      </header>
      {children}
      <LiveRegion />
    </div>
  );
}

/** One thing per page: a heading that takes the focus when the screen changes, and what belongs to it. */
export function Screen({ name, title, above, children }: {
  readonly name: string;
  readonly title: string;
  readonly above?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const t = useMemberWords();
  const heading = useScreenFocus(name);
  useTitle(`${title} – ${t("brand.name")}`);
  return (
    <main id="main" class="screen stack">
      <div class="stack-tight">
        {above}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children}
    </main>
  );
}

let shown: string | null = null;

/** Focus goes to the heading of each new screen, but not on the first load, and the page starts at its top. */
export function useScreenFocus(name: string) {
  const heading = useHeadingFocus<HTMLHeadingElement>(name);
  useEffect(() => {
    if (shown !== null && shown !== name) {
      window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    shown = name;
  }, [name, heading]);
  return heading;
}

export function Emergency({ urgentCare, full = false }: { readonly urgentCare: string; readonly full?: boolean }) {
  const t = useMemberWords();
  return (
    <aside class="stack-tight" aria-label={t("emergency.title")}>
      <EmergencyNotice urgentCare={urgentCare} />
      {full && <p class="small quiet">{t("emergency.what_urgent_care_is")}</p>}
    </aside>
  );
}

/** A telephone number as a big link. */
export function CallLink({ number, children }: { readonly number: string; readonly children: ComponentChildren }) {
  return (
    <a class="button button-wide" href={`tel:${number.replace(/[^\d+]/g, "")}`}>
      {children}
    </a>
  );
}
