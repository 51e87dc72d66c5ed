/** What the clinician has to be told although they did not ask: one notice at a time, seen, focused and said. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { BoardFeed, Happened } from "../kit/staff/board_feed";
import { chime } from "../kit/staff/chime";
import { announce, type Tone } from "../kit/ui";
import { holding, viewOf } from "./view";
import { type T, useT } from "./words";

export interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

export interface Notices {
  readonly notice: Notice | null;
  readonly box: RefObject<HTMLDivElement>;
  readonly tell: (text: string, tone?: Tone) => void;
  readonly close: () => void;
}

export function useNotices(feed: BoardFeed, me: string): Notices {
  const t = useT();
  const [notice, setNotice] = useState<Notice | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const tell = (text: string, tone: Tone = "warn") => {
    setNotice({ tone, text });
    announce(text, "urgent");
  };

  useEffect(() => {
    if (notice !== null) box.current?.focus();
  }, [notice]);
  useEffect(
    () =>
      feed.onHappened((happened) => {
        const { type } = happened.record;
        if (type === "checked_in" || type === "early_ended") {
          announce(t("clinician.now_ready", { name: viewOf(happened.after).short_name }));
          chime();
        }
        const said = lostHold(happened, me, t);
        if (said !== null) tell(said, MY_DOING.has(type) ? "info" : "warn");
      }),
    [feed, me, t],
  );
  useEffect(
    () =>
      feed.onCaughtUp((before, now) => {
        const was = holding(before, me);
        const row = was === null ? undefined : now.rows.get(was.visit);
        if (was === null || (row !== undefined && viewOf(row).holder?.id === me)) return;
        tell(t("clinician.lost.while_away", { name: was.short_name }));
      }),
    [feed, me, t],
  );
  return { notice, box, tell, close: () => setNotice(null) };
}

/** Ends of a hold that the clinician asked for, more often than not. */
const MY_DOING: ReadonlySet<string> = new Set(["claim_released", "requeued", "redirected"]);

/** Why a visit that was mine no longer is. */
function lostHold({ before, after, record }: Happened, me: string, t: T): string | null {
  const was = before === undefined ? null : viewOf(before);
  if (was === null || was.holder?.id !== me) return null;
  // Still mine, whatever its state: the screen itself says what happened.
  if (viewOf(after).holder?.id === me) return null;
  return t.code(`clinician.lost.${record.type}`, "", { name: was.short_name }) || null;
}
