/** Who is in the visit beside the member: shown on the stage, invited and removed from here. */

import { useState } from "preact/hooks";

import type { Line } from "../kit/socket";
import type { Here } from "../kit/staff/board";
import { Button } from "../kit/ui";
import { joined, readGuests } from "../kit/visit/guests";
import { PeopleDialog } from "../kit/visit/people_dialog";
import { type PeopleWords, roleWords, usePeopleWords } from "../kit/visit/people_words";
import type { StagePerson } from "../kit/visit/stage";
import type { ClinicianView } from "./view";

export function stagePeople(view: ClinicianView, words: PeopleWords): StagePerson[] {
  const member = { id: "member", name: view.name ?? view.short_name, role: words("people.role.member") };
  const guests = joined(readGuests(view.guests)).map((guest) => ({ ...guest, role: roleWords(guest, words) }));
  return [member, ...guests];
}

export function People({ line, view, here }: {
  readonly line: Line;
  readonly view: ClinicianView;
  readonly here: Readonly<Record<string, Here>>;
}) {
  const t = usePeopleWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("people.open")}</Button>
      <PeopleDialog
        line={line}
        about={{ visit: view.visit }}
        guests={readGuests(view.guests)}
        here={here}
        begun={view.state === "in_visit"}
        mayChange={() => true}
        open={open}
        onClose={() => setOpen(false)}
      />
    </>
  );
}
