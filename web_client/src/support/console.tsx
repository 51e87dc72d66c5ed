/** The support console: everybody who is somewhere on their way, worst stuck first, and one of them opened. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Folded } from "../kit/fold";
import { EMPTY_BOARD } from "../kit/staff/board";
import { BoardFeed } from "../kit/staff/board_feed";
import { chimeOn, turnChime } from "../kit/staff/chime";
import { Frame } from "../kit/staff/frame";
import type { Me } from "../kit/staff/session";
import { announce, Toggle, useNow, useStore, useTitle } from "../kit/ui";
import { ConnectionsFeed } from "./connections";
import { Detail } from "./detail";
import { type Listed, listed, type Wish } from "./list";
import { RoomList } from "./room_list";
import { useAlerts } from "./use_alerts";
import { unreadIn, viewOf, viewsOf } from "./view";
import { useT } from "./words";

export function Console({ me, leave }: { readonly me: Me; readonly leave: (notice?: string) => void }) {
  const t = useT();
  const feed = useMemo(() => new BoardFeed("/support"), []);
  const connections = useMemo(() => new ConnectionsFeed(feed.line), [feed]);
  useEffect(() => {
    feed.line.connect();
    return () => feed.line.close();
  }, [feed]);
  const snapshot = useStore(feed.board);
  const link = useStore(feed.line.state);
  const sound = useStore(chimeOn);
  const board = snapshot ?? EMPTY_BOARD;
  const now = useNow(10_000);
  const [wish, setWish] = useState<Wish>({ clinic: "", search: "", order: "needs" });
  const [open, setOpen] = useState<string | null>(null);
  const [ended, setEnded] = useState<ReadonlyMap<string, Folded>>(new Map());
  const opener = useRef<string | null>(null);

  useEffect(() => {
    if (link === "refused") leave(t("staff.signed_out_elsewhere"));
  }, [link]);
  useEffect(
    () =>
      feed.onHappened(({ visit, before, after, removed }) => {
        // A visit that is open here and over stays in view, as it ended, until it is closed.
        if (removed && visit === opener.current) setEnded(new Map([[visit, after]]));
        const was = before === undefined ? 0 : (viewOf(before).line_unread ?? 0);
        const view = viewOf(after);
        if ((view.line_unread ?? 0) > was) {
          announce(t("support.new_message", { name: view.short_name }));
        }
      }),
    [feed, t],
  );

  const presence = (visit: string) => board.presence.get(visit)?.member ?? "gone";
  const rows: readonly Listed[] = listed(viewsOf(board), presence, wish, now);
  const opened = open === null ? undefined : (board.rows.get(open) ?? ended.get(open));
  const unread = unreadIn(board);
  const needing = useAlerts(board, snapshot !== null, presence, now);
  // No names in the title: browsers keep titles in their history, and screens are shared.
  const calls = unread > 0 ? `(${unread}) ${t("support.messages_waiting")} · ` : needing > 0 ? `(${needing}) ${t("support.needing")} · ` : "";
  useTitle(`${calls}${t("support.console")}`);
  useEffect(() => {
    // Closing brings focus back to the row it came from.
    if (open === null && opener.current !== null) document.getElementById(`open-${opener.current}`)?.focus();
    opener.current = open;
  }, [open]);

  return (
    <Frame
      console={t("support.console")}
      me={me}
      link={link}
      onSignOut={() => leave()}
      tools={
        <Toggle pressed={sound} onToggle={turnChime}>
          {t("support.sound")}
        </Toggle>
      }
    >
      {snapshot === null ? (
        <p aria-busy="true">{t("support.loading")}</p>
      ) : (
        <div class={opened === undefined ? "desk" : "desk desk-open"}>
          <RoomList me={me} rows={rows} total={board.rows.size} wish={wish} onWish={setWish} open={open} now={now} connections={connections} reports={board.reports} onOpen={setOpen} />
          {opened !== undefined && (
            <Detail
              key={open}
              me={me}
              view={viewOf(opened)}
              here={presence(viewOf(opened).visit)}
              now={now}
              connections={connections}
              report={board.reports.get(viewOf(opened).visit)}
              line={feed.line}
              onClose={() => setOpen(null)}
            />
          )}
        </div>
      )}
    </Frame>
  );
}
