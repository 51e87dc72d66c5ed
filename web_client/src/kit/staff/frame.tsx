/** What both consoles wear: who is signed in, language, sign out, and how the line to the server is. */

import type { ComponentChildren } from "preact";

import type { LinkState } from "../socket";
import { Banner, Button, LanguageSwitch, LiveRegion } from "../ui";
import type { Me } from "./session";
import { useStaffWords } from "./words";

export interface FrameProps {
  readonly console: string;
  readonly me: Me;
  readonly link: LinkState;
  readonly onSignOut: () => void;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Frame({ console: name, me, link, onSignOut, tools, children }: FrameProps) {
  const t = useStaffWords();
  return (
    <>
      <a class="skip unseen" href="#main">
        {t("staff.skip")}
      </a>
      <header class="topbar">
        <span>
          <span class="topbar-name">{name}</span> <span class="quiet">{me.name}</span>
        </span>
        <div class="row">
          {tools}
          <LanguageSwitch />
          <Button kind="quiet" onClick={onSignOut}>
            {t("staff.sign_out")}
          </Button>
        </div>
      </header>
      {(link === "offline" || link === "refused") && (
        <Banner tone="warn" live="assertive">
          {t(link === "offline" ? "staff.offline" : "staff.refused_line")}
        </Banner>
      )}
      <main id="main" class="page" tabIndex={-1}>
        {children}
      </main>
      <LiveRegion />
    </>
  );
}
