/** Until when the visit is planned, and that it was made longer. */

import { useEffect, useRef } from "preact/hooks";

import { clockTime } from "../clock";
import { announce } from "../ui/live";
import { useVisitWords } from "./words";

export function PlannedEnd({ end, extra, zone }: { readonly end: string; readonly extra: number; readonly zone: string }) {
  const t = useVisitWords();
  const when = clockTime(end, zone, t.language);
  const before = useRef(extra);
  useEffect(() => {
    if (extra > before.current) announce(t("plan.extended", { count: extra - before.current, when }));
    before.current = extra;
  }, [extra]);
  return (
    <span class="planned">
      {t("plan.until", { when })}
      {extra > 0 && ` ${t("plan.extra", { count: extra })}`}
    </span>
  );
}
