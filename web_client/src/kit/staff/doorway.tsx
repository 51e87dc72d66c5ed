/** Signed in or not: shows the sign-in form, then the console of the role this page is for. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { Banner, Button } from "../ui";
import { type Me, signOut, whoAmI } from "./session";
import { SignIn } from "./sign_in";
import { useStaffWords } from "./words";

type StaffRole = "clinician" | "support" | "privacy";

export interface DoorwayProps {
  /** Whoever has one of them may come in. */
  readonly role: StaffRole | readonly StaffRole[];
  readonly console: string;
  readonly children: (me: Me, leave: (notice?: string) => void) => ComponentChildren;
}

type Standing =
  | { readonly kind: "looking" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "out"; readonly notice: string | null }
  | { readonly kind: "in"; readonly me: Me };

export function Doorway({ role, console: name, children }: DoorwayProps) {
  const t = useStaffWords();
  const [standing, setStanding] = useState<Standing>({ kind: "looking" });

  const look = useCallback(() => {
    whoAmI().then(
      (me) => {
        if (me === null) setStanding({ kind: "out", notice: null });
        else if ([role].flat().some((one) => me.roles.includes(one))) setStanding({ kind: "in", me });
        else setStanding({ kind: "out", notice: t("staff.wrong_door", { name: me.name }) });
      },
      () => setStanding({ kind: "unreachable" }),
    );
  }, [String(role)]);
  useEffect(look, [look]);

  const leave = (notice?: string) => {
    void signOut()
      .catch(() => undefined)
      .then(() => setStanding({ kind: "out", notice: notice ?? null }));
  };

  switch (standing.kind) {
    case "looking":
      return (
        <main class="page-narrow" aria-busy="true">
          <h1>{name}</h1>
        </main>
      );
    case "unreachable":
      return (
        <main class="page-narrow stack">
          <h1>{name}</h1>
          <Banner tone="danger" live="assertive" actions={<Button onClick={look}>{t("staff.try_again")}</Button>}>
            {t("kit.no_answer")}
          </Banner>
        </main>
      );
    case "out":
      return <SignIn console={name} notice={standing.notice} onSignedIn={look} />;
    case "in":
      return <>{children(standing.me, leave)}</>;
  }
}
