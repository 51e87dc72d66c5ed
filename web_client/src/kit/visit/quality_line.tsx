/** The connection in words: one's own and the other side's. Said aloud when one's own changes, not every second. */

import { useEffect, useRef } from "preact/hooks";

import type { Level } from "../quality_level";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import type { Conditions } from "./conditions";
import { useVisitWords } from "./words";

export function QualityLine({ conditions, names }: {
  readonly conditions: Conditions;
  /** The others of the visit, by endpoint. */
  readonly names: ReadonlyMap<string, string>;
}) {
  const t = useVisitWords();
  const own = useStore(conditions.own);
  const others = useStore(conditions.others);
  const before = useRef<Level | null>(null);
  useEffect(() => {
    if (own !== null && (own !== "good" || (before.current !== null && before.current !== "good"))) {
      announce(t(`quality.own.${own}`));
    }
    before.current = own;
  }, [own]);
  return (
    <ul class="quality" aria-label={t("quality.own")}>
      <li>
        <Quality level={own} /> {own === null ? t("quality.measuring") : t(`quality.${own}`)}
      </li>
      {[...others].map(([from, { level, blind }]) =>
        // Of a good connection at the other end there is nothing to say.
        (level === null || level === "good") && !blind ? null : (
          <li key={from}>
            <Quality level={level} />{" "}
            {blind ? t("pictures.blind", { name: names.get(from) ?? "" }) : `${names.get(from) ?? ""}: ${t(`quality.${level ?? "good"}`)}`}
          </li>
        ),
      )}
    </ul>
  );
}

const BARS: Readonly<Record<Level, number>> = { good: 3, weak: 2, very_weak: 1 };

/** Three bars beside the words; never instead of them. */
function Quality({ level }: { readonly level: Level | null }) {
  const full = level === null ? 0 : BARS[level];
  return (
    <svg class={`quality-bars quality-${level ?? "unknown"}`} viewBox="0 0 16 12" aria-hidden="true" focusable="false">
      {[0, 1, 2].map((bar) => (
        <rect key={bar} class={bar < full ? "quality-full" : "quality-empty"} x={bar * 6} y={8 - bar * 4} width="4" height={4 + bar * 4} />
      ))}
    </svg>
  );
}
