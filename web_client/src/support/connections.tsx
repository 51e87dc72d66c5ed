/** How the connections of running visits are: un-numbered news of their pages, shown in words. */

import { type Level, LEVELS } from "../kit/quality_level";
import type { Line } from "../kit/socket";
import { type Readable, Store } from "../kit/store";
import { Badge, type Tone, useStore } from "../kit/ui";
import type { SupportView } from "./view";
import { useT } from "./words";

type Levels = ReadonlyMap<string, Level>;

export class ConnectionsFeed {
  /** By visit, then by who. */
  readonly levels: Readable<ReadonlyMap<string, Levels>>;
  private readonly store = new Store<ReadonlyMap<string, Levels>>(new Map());

  constructor(line: Line) {
    this.levels = this.store;
    // A new board is followed by what was said last of each visit on it.
    line.on("board", () => this.store.set(new Map()));
    line.on("quality", (news) => {
      const { visit, from } = news;
      if (typeof visit !== "string" || typeof from !== "string") return;
      const level = LEVELS.find((one) => one === news["level"]);
      const all = new Map(this.store.get());
      const ofVisit = new Map(all.get(visit));
      if (level === undefined) ofVisit.delete(from);
      else ofVisit.set(from, level);
      this.store.set(all.set(visit, ofVisit));
    });
  }
}

const TONES: Readonly<Record<Level, Tone>> = { good: "good", weak: "warn", very_weak: "danger" };

/** A badge per person whose connection is known; only the weak ones with `weakOnly`. */
export function ConnectionBadges({ feed, view, weakOnly = false }: {
  readonly feed: ConnectionsFeed;
  readonly view: SupportView;
  readonly weakOnly?: boolean;
}) {
  const t = useT();
  const levels = useStore(feed.levels).get(view.visit);
  if (view.state !== "in_visit" || levels === undefined) return null;
  return (
    <>
      {[...levels].map(([from, level]) =>
        weakOnly && level === "good" ? null : (
          <Badge key={from} tone={TONES[level]}>
            {t(`support.connection.${level}`, { name: from === "member" ? view.short_name : (view.holder?.name ?? from) })}
          </Badge>
        ),
      )}
    </>
  );
}
