/** Everybody on their way to a visit: step, since when, connected or not, and what is wrong, in words. */

import { clockTimeWithZone } from "../kit/clock";
import { NeedBadges, PresenceBadge, span, stateWords } from "../kit/staff/phrases";
import { RowList } from "../kit/staff/row_list";
import type { Report, Reports } from "../kit/staff/reports";
import { clinicOf, type Me } from "../kit/staff/session";
import { Badge, Button, Field, Select, Time, type Tone } from "../kit/ui";
import { ConnectionBadges, type ConnectionsFeed } from "./connections";
import { deviceWords } from "./device_words";
import type { Listed, Order, Wish } from "./list";
import type { Need } from "./needs";
import { isOver } from "./view";
import { type T, useT } from "./words";

export interface RoomListProps {
  readonly me: Me;
  readonly rows: readonly Listed[];
  readonly total: number;
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
  readonly open: string | null;
  readonly now: number;
  readonly connections: ConnectionsFeed;
  readonly reports: Reports;
  readonly onOpen: (visit: string) => void;
}

export function RoomList({ me, rows, total, wish, onWish, open, now, connections, reports, onOpen }: RoomListProps) {
  const t = useT();
  return (
    <section class="desk-list stack" aria-labelledby="rooms">
      <div>
        <h1 id="rooms" tabIndex={-1}>
          {t("support.rooms")}
        </h1>
        <p class="quiet" role="status">
          {rows.length === total ? t("support.count", { count: total }) : t("support.count_of", { count: rows.length, total })}
        </p>
      </div>
      <form class="filters" role="search" aria-label={t("support.filters")} onSubmit={(event) => event.preventDefault()}>
        <Field label={t("support.search")} type="search" value={wish.search} onValue={(search) => onWish({ ...wish, search })} />
        <Select
          label={t("support.clinic")}
          value={wish.clinic}
          choices={[{ value: "", label: t("support.all_clinics") }, ...me.clinics.map(({ id, name }) => ({ value: id, label: name }))]}
          onValue={(clinic) => onWish({ ...wish, clinic })}
        />
        <Select
          label={t("support.order")}
          value={wish.order}
          choices={(["needs", "due", "step"] as const).map((value) => ({ value, label: t(`support.order.${value}`) }))}
          onValue={(order) => onWish({ ...wish, order: order as Order })}
        />
      </form>
      {rows.length === 0 ? (
        <p class="empty">{t(total === 0 ? "support.nobody" : "support.none_found")}</p>
      ) : (
        <RowList version={rows} fallback="rooms">
          {rows.map((row) => (
            <Row
              key={row.view.visit}
              me={me}
              row={row}
              now={now}
              connections={connections}
              report={reports.get(row.view.visit)}
              open={open === row.view.visit}
              onOpen={onOpen}
            />
          ))}
        </RowList>
      )}
    </section>
  );
}

interface RowProps {
  readonly me: Me;
  readonly row: Listed;
  readonly now: number;
  readonly connections: ConnectionsFeed;
  readonly report: Report | undefined;
  readonly open: boolean;
  readonly onOpen: (visit: string) => void;
}

function Row({ me, row: { view, here, needs }, now, connections, report, open, onOpen }: RowProps) {
  const t = useT();
  const clinic = clinicOf(me, view.clinic);
  return (
    <li class={`support-row${open ? " support-row-open" : ""}`}>
      <div>
        <h2 class="support-name">{view.short_name}</h2>
        <p class="small quiet">
          {clinic.name} · <Time at={view.due ?? view.start} zone={clinic.zone} show="time-zone" />
        </p>
      </div>
      <div>
        <p class="strong">{stateWords(view.state, t)}</p>
        <p class="small quiet">{progress(view, now, t)}</p>
        {report !== undefined && <p class="small quiet">{deviceWords(report, t)}</p>}
        {view.helper !== undefined && <p class="small strong">{t("support.helper.row", { name: view.helper.name })}</p>}
      </div>
      <div class="board-state">
        {needs.map((need) => (
          <Badge key={need.code} tone={needTone(need)}>
            {needWords(need, clinic.zone, t)}
          </Badge>
        ))}
        <ConnectionBadges feed={connections} view={view} weakOnly />
        {view.state !== "booked" && here !== "gone" && <PresenceBadge here={here} />}
        <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={false} mode={view.mode} />
      </div>
      <div class="board-act row">
        <Button id={`open-${view.visit}`} onClick={() => onOpen(view.visit)}>
          {t("support.open", { name: view.short_name })}
        </Button>
      </div>
    </li>
  );
}

/** “Testing the camera, 4 min” while getting ready; otherwise how long in this state, or how long ago it ended. */
export function progress(view: Listed["view"], now: number, t: T): string {
  if (view.state === "booked") return t("support.step.booked");
  if (view.state === "preparing") {
    const step = t.code(`support.step.${view.step}`, view.step);
    return t("support.step_for", { step, span: span(view.step_at, now, t) });
  }
  if (view.state_since === undefined) return "";
  return t(isOver(view) ? "support.ago" : "support.for", { span: span(view.state_since, now, t) });
}

export function needWords(need: Need, zone: string, t: T): string {
  if (need.code === "camera" || need.code === "microphone") {
    return t.code(`staff.devices.${need.code}.${need.detail ?? ""}`, t(`support.need.${need.code}`));
  }
  if (need.code === "message") return t("support.unread", { count: Number(need.detail) });
  if (need.code === "link_resting" && need.detail !== undefined) {
    return t("support.need.link_resting_until", { time: clockTimeWithZone(need.detail, zone, t.language) });
  }
  return t(`support.need.${need.code}`);
}

function needTone(need: Need): Tone {
  return need.weight >= 60 ? "danger" : "warn";
}
