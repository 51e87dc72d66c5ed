/** How long the visit is planned, how much of that is left, and more of it. */

import { Button } from "../kit/ui";
import { PlannedEnd } from "../kit/visit/plan";
import { useVisitWords } from "../kit/visit/words";
import type { ClinicianView } from "./view";

const MORE = [5, 10] as const;

export function Plan({ view, zone, now, busy, onExtend }: {
  readonly view: ClinicianView;
  readonly zone: string;
  readonly now: number;
  readonly busy: boolean;
  readonly onExtend: (minutes: number) => void;
}) {
  const t = useVisitWords();
  if (view.planned_end === undefined) return null;
  const left = Math.ceil((Date.parse(view.planned_end) - now) / 60_000);
  return (
    <div class="row plan" role="group" aria-label={t("plan.group")}>
      <span>
        <PlannedEnd end={view.planned_end} extra={view.extra_minutes ?? 0} zone={zone} />{" "}
        <span class={left > 0 ? "quiet" : "strong"}>
          {left > 0 ? t("plan.left", { count: left }) : t("plan.over", { count: -left })}
        </span>
      </span>
      {view.state === "in_visit" &&
        MORE.map((minutes) => (
          <Button key={minutes} busy={busy} label={t("plan.add", { count: minutes })} onClick={() => onExtend(minutes)}>
            +{minutes}
          </Button>
        ))}
    </div>
  );
}
