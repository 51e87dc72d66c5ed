/** The waiting room: who is next and why, one press to take them. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { minutesSince } from "../kit/clock";
import type { Here } from "../kit/staff/board";
import { DeviceBadges, NeedBadges, PresenceBadge, span, stateWords } from "../kit/staff/phrases";
import { RowList } from "../kit/staff/row_list";
import { clinicOf, type Me } from "../kit/staff/session";
import { Badge, Button, Time, type Tone, useNow } from "../kit/ui";
import { type ClinicianView, mayClaim, type Sections } from "./view";
import { useT } from "./words";

export interface BoardScreenProps {
  readonly me: Me;
  readonly sections: Sections;
  readonly presence: (visit: string) => Here;
  readonly busy: boolean;
  readonly onClaim: (view: ClinicianView) => void;
  readonly onNext: () => void;
  readonly onOpen: (view: ClinicianView) => void;
  readonly tools: JSX.Element;
  /** More to do with somebody who waits. */
  readonly rowTools: (view: ClinicianView) => JSX.Element;
  /** Back from a visit: focus goes to the heading. */
  readonly arriving: boolean;
}

export function BoardScreen(props: BoardScreenProps) {
  const t = useT();
  const now = useNow(10_000);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (props.arriving) heading.current?.focus();
  }, []);
  const { sections } = props;
  const ready = sections.waiting.filter((view) => view.state === "waiting").length;
  return (
    <div class="stack">
      <div class="row row-between">
        <div>
          <h1 id="board" ref={heading} tabIndex={-1}>
            {t("clinician.board")}
          </h1>
          <p class="quiet">{t("clinician.ready_count", { count: ready })}</p>
        </div>
        <div class="row">
          {props.tools}
          <Button kind="primary" busy={props.busy} unavailable={ready === 0} onClick={props.onNext} class="next">
            {t("clinician.next")}
          </Button>
        </div>
      </div>

      {sections.onHold.length > 0 && (
        <section class="stack-tight" aria-labelledby="on-hold">
          <h2 id="on-hold">{t("clinician.on_hold")}</h2>
          <ul class="rows">
            {sections.onHold.map((view) => (
              <Row key={view.visit} {...props} view={view} now={now}>
                <Button onClick={() => props.onOpen(view)}>{t("clinician.open", { name: view.short_name })}</Button>
              </Row>
            ))}
          </ul>
        </section>
      )}

      <section class="stack-tight" aria-labelledby="waiting">
        <h2 id="waiting">{t("clinician.waiting")}</h2>
        {sections.waiting.length === 0 ? (
          <p class="empty">{t("clinician.nobody")}</p>
        ) : (
          <WaitingList {...props} now={now} views={sections.waiting} />
        )}
      </section>

      <Others {...props} now={now} id="ready" heading={t("clinician.getting_ready")} views={sections.gettingReady} />
      <Others {...props} now={now} id="under-way" heading={t("clinician.under_way")} views={sections.underWay} />
      <Others {...props} now={now} id="later" heading={t("clinician.later")} views={sections.later} />
    </div>
  );
}

function WaitingList(props: BoardScreenProps & { readonly views: readonly ClinicianView[]; readonly now: number }) {
  const t = useT();
  return (
    <RowList version={props.views} fallback="board">
      {props.views.map((view) => (
        <Row key={view.visit} {...props} view={view}>
          {mayClaim(view, props.me.id) ? (
            <Button busy={props.busy} onClick={() => props.onClaim(view)}>
              {t("clinician.claim", { name: view.short_name })}
            </Button>
          ) : (
            view.holder !== undefined && <span class="strong">{t("clinician.with", { clinician: view.holder.name })}</span>
          )}
          {props.rowTools(view)}
        </Row>
      ))}
    </RowList>
  );
}

interface OthersProps extends BoardScreenProps {
  readonly now: number;
  readonly id: string;
  readonly heading: string;
  readonly views: readonly ClinicianView[];
}

function Others(props: OthersProps) {
  const t = useT();
  if (props.views.length === 0) return null;
  return (
    <section class="stack-tight" aria-labelledby={props.id}>
      <h2 id={props.id}>{props.heading}</h2>
      <ul class="rows rows-quiet">
        {props.views.map((view) => (
          <Row key={view.visit} {...props} view={view}>
            {view.holder !== undefined && <span>{t("clinician.with", { clinician: view.holder.name })}</span>}
          </Row>
        ))}
      </ul>
    </section>
  );
}

type RowProps = Pick<BoardScreenProps, "me" | "presence"> & {
  readonly now: number;
  readonly view: ClinicianView;
  readonly children: ComponentChildren;
};

/** Minutes past the due time from which the row says so. */
const PAST_DUE_MIN = 10;

function Row({ me, presence, view, now, children }: RowProps) {
  const t = useT();
  const clinic = clinicOf(me, view.clinic);
  const here = view.state !== "booked";
  const pastDue = minutesSince(view.due ?? view.start, now);
  const since = view.checked_in_at ?? view.redeemed_at;
  return (
    <li class={`board-row board-row-${view.state}`}>
      <div class="board-who">
        <h3>{view.short_name}</h3>
        <p class="small quiet">
          {me.clinics.length > 1 && <>{clinic.name} · </>}
          {view.named?.id === me.id
            ? t("clinician.booked_with_you")
            : view.named === undefined
              ? t("clinician.pool")
              : t("clinician.booked_with", { clinician: view.named.name })}
        </p>
      </div>
      <p class="board-when">
        <span class="strong">
          {t("clinician.due")} <Time at={view.due ?? view.start} zone={clinic.zone} show="time-zone" />
        </span>
        {since !== undefined && here && (
          <>
            <br />
            <span class="quiet">
              {t(view.checked_in_at === undefined ? "clinician.here_for" : "staff.waiting_for", { span: span(since, now, t) })}
            </span>
          </>
        )}
      </p>
      <div class="board-state">
        {here && <StateBadge state={view.state} />}
        {view.state === "waiting" && pastDue >= PAST_DUE_MIN && <Badge tone="warn">{t("clinician.past_due", { count: pastDue })}</Badge>}
        {here && <PresenceBadge here={presence(view.visit)} />}
        <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={view.on_behalf} mode={view.mode} callAsked={view.call_requested_at !== undefined} />
        {here && <DeviceBadges devices={view.devices} />}
      </div>
      <div class="board-act row">{children}</div>
    </li>
  );
}

const STATE_TONE: Readonly<Record<string, Tone>> = { waiting: "good", held: "warn", away: "warn", on_hold: "warn" };

function StateBadge({ state }: { readonly state: string }) {
  const t = useT();
  const tone = STATE_TONE[state];
  return <Badge {...(tone === undefined ? {} : { tone })}>{stateWords(state, t)}</Badge>;
}
