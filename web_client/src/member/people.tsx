/** Inviting from the member's page: while waiting and in the visit alike. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Button } from "../kit/ui/button";
import { useStore } from "../kit/ui/use";
import { PeopleDialog } from "../kit/visit/people_dialog";
import { usePeopleWords } from "../kit/visit/people_words";
import type { Session } from "./session";
import type { MemberView } from "./view";

export function People({ session, view, wide = false, children }: {
  readonly session: Session;
  readonly view: MemberView;
  readonly wide?: boolean;
  /** Beside the words of the button. */
  readonly children?: ComponentChildren;
}) {
  const t = usePeopleWords();
  const here = useStore(session.guestsHere);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button wide={wide} onClick={() => setOpen(true)}>
        {children}
        <span>{t(wide ? "people.invite" : "people.open")}</span>
      </Button>
      <PeopleDialog
        line={session.line}
        guests={view.guests}
        here={here}
        begun={view.state === "in_visit"}
        mayChange={(guest) => guest.invitedBy === "member"}
        open={open}
        onClose={() => setOpen(false)}
      />
    </>
  );
}
