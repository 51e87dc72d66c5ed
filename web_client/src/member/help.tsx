/** Help is never further than one press: the desk's telephone and the line to a person there. */

import { useEffect } from "preact/hooks";

import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { entriesOf, Line } from "../kit/ui/line";
import { CallLink } from "./parts";
import { readable } from "./phone";
import type { Session } from "./session";
import type { MemberView } from "./view";
import { useMemberWords } from "./words";

export function HelpButton({ unread, onPress }: { readonly unread: number; readonly onPress: () => void }) {
  const t = useMemberWords();
  return (
    <Button onClick={onPress}>
      {t("page.help")}
      {unread > 0 && <span class="badge badge-danger">{t("help.new", { count: unread })}</span>}
    </Button>
  );
}

export function HelpDialog({ session, view, open, onClose }: {
  readonly session: Session;
  readonly view: MemberView;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const t = useMemberWords();
  return (
    <Dialog
      open={open}
      title={t("help.title")}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t("help.close")}</Button>}
    >
      {view.clinic.deskPhone !== "" && (
        <CallLink number={view.clinic.deskPhone}>
          {t("help.call")}: {readable(view.clinic.deskPhone)}
        </CallLink>
      )}
      <h3>{t("help.write")}</h3>
      <DeskLine session={session} view={view} seen={open} />
    </Dialog>
  );
}

/** The line itself; while it is on the screen its messages count as seen. */
export function DeskLine({ session, view, seen }: {
  readonly session: Session;
  readonly view: MemberView;
  readonly seen: boolean;
}) {
  const t = useMemberWords();
  useEffect(() => {
    if (seen && view.lineUnread > 0) void session.line.command("see_line").catch(() => undefined);
  }, [seen, view.lineUnread, session]);
  return (
    <Line
      entries={entriesOf(view.line)}
      me="member"
      zone={Intl.DateTimeFormat().resolvedOptions().timeZone}
      otherName={t("help.desk")}
      hint={t("help.write.hint")}
      onSay={async (text) => {
        await session.line.command("say", { text });
      }}
    />
  );
}
