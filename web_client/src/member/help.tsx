/** Help is never further than one press: the desk's telephone and the line to a person there. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { entriesOf, Line } from "../kit/ui/line";
import { CallLink } from "./parts";
import { readable } from "../kit/ui/emergency";
import type { Session } from "./session";
import { hasEnded } from "./steps";
import type { MemberView } from "./view";
import { WaysOut } from "./ways_out";
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
          {t("help.call")}: <span class="nowrap">{readable(view.clinic.deskPhone)}</span>
        </CallLink>
      )}
      {open && !hasEnded(view) && <WaysOut session={session} view={view} />}
      <h3>{t("help.write")}</h3>
      {open && <DeskLine session={session} view={view} />}
    </Dialog>
  );
}

/** The line itself; its messages count as seen while they are on the screen, not merely on the page. */
export function DeskLine({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const box = useRef<HTMLDivElement>(null);
  const seen = useOnScreen(box);
  useEffect(() => {
    if (seen && view.lineUnread > 0) void session.line.command("see_line").catch(() => undefined);
  }, [seen, view.lineUnread, session]);
  return (
    <div ref={box}>
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
    </div>
  );
}

function useOnScreen(box: { readonly current: HTMLElement | null }): boolean {
  const [inView, setInView] = useState(false);
  const [awake, setAwake] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setAwake(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => {
    if (box.current === null) return;
    const watcher = new IntersectionObserver((entries) => setInView(entries.some((entry) => entry.isIntersecting)), {
      threshold: 0.2,
    });
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [box]);
  return inView && awake;
}
