/** The waiting room: who is next and why, one press to take them. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Here } from "../kit/staff/board";
import { DeviceBadges, NeedBadges, PresenceBadge, span, stateWords } from "../kit/staff/phrases";
import { clinicOf, type Me } from "../kit/staff/session";
import { Badge, Button, Time, useNow } from "../kit/ui";
import { type ClinicianView, mayClaim, type Sections } from "./view";
import { useT } from "./words";

export interface BoardScreenProps {
  readonly me: Me;
  readonly sections: Sections;
  readonly presence: (visit: string) => Here;
  readonly busy: boolean;
  readonly keys: boolean;
  readonly onClaim: (view: ClinicianView) => void;
  readonly onNext: () => void;
  readonly onResume: (view: ClinicianView) => void;
  readonly onRequeue: (view: ClinicianView) => void;
  readonly tools: JSX.Element;
}

export function BoardScreen(props: BoardScreenProps) {
  const t = useT();
  const { sections } = props;
  const ready = sections.waiting.filter((view) => view.state === "waiting").length;
  return (
    <div class="stack">
      <div class="row row-between">
        <div>
          <h1 id="board" tabIndex={-1}>
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
              <Row key={view.visit} {...props} view={view}>
                <Button kind="primary" busy={props.busy} onClick={() => props.onResume(view)}>
                  {t("clinician.resume", { name: view.short_name })}
                </Button>
                <Button busy={props.busy} onClick={() => props.onRequeue(view)}>
                  {t("clinician.requeue", { name: view.short_name })}
                </Button>
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
          <WaitingList {...props} views={sections.waiting} />
        )}
      </section>

      <Others {...props} id="ready" heading={t("clinician.getting_ready")} views={sections.gettingReady} />
      <Others {...props} id="under-way" heading={t("clinician.under_way")} views={sections.underWay} />
      <Others {...props} id="later" heading={t("clinician.later")} views={sections.later} />
    </div>
  );
}

/** Arrows, j and k move between the rows' buttons while one of them has focus; Enter presses it. */
function WaitingList(props: BoardScreenProps & { readonly views: readonly ClinicianView[] }) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  const focused = useRef(-1);

  const buttons = () => [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
  useEffect(() => {
    // The row that had focus was taken by somebody else: stay near, instead of falling to the page's start.
    if (focused.current < 0 || document.activeElement !== document.body) return;
    const all = buttons();
    const next = all[Math.min(focused.current, all.length - 1)];
    (next ?? document.getElementById("board"))?.focus();
    focused.current = -1;
  }, [props.views]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) return;
    const last = all.length - 1;
    const letters = props.keys;
    const to =
      event.key === "ArrowDown" || (letters && event.key === "j")
        ? Math.min(at + 1, last)
        : event.key === "ArrowUp" || (letters && event.key === "k")
          ? Math.max(at - 1, 0)
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? last
              : -1;
    if (to < 0) return;
    event.preventDefault();
    all[to]?.focus();
  };

  return (
    <ol
      class="rows"
      ref={list}
      onKeyDown={onKeyDown}
      onFocusIn={(event) => {
        focused.current = buttons().indexOf(event.target as HTMLButtonElement);
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget !== null) focused.current = -1;
      }}
    >
      {props.views.map((view) => (
        <Row key={view.visit} {...props} view={view}>
          {mayClaim(view) ? (
            <Button busy={props.busy} onClick={() => props.onClaim(view)}>
              {t("clinician.claim", { name: view.short_name })}
            </Button>
          ) : (
            view.holder !== undefined && <span class="strong">{t("clinician.with", { clinician: view.holder.name })}</span>
          )}
        </Row>
      ))}
    </ol>
  );
}

interface OthersProps extends BoardScreenProps {
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
  readonly view: ClinicianView;
  readonly children: preact.ComponentChildren;
};

function Row({ me, presence, view, children }: RowProps) {
  const t = useT();
  const now = useNow(10_000);
  const clinic = clinicOf(me, view.clinic);
  const here = view.state !== "booked";
  const since = view.checked_in_at ?? view.redeemed_at;
  return (
    <li class={`board-row board-row-${view.state}`}>
      <div class="board-who">
        <h3>{view.short_name}</h3>
        <p class="small quiet">
          {me.clinics.length > 1 && <>{clinic.name} · </>}
          {view.mine === true
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
        <Badge {...(view.state === "waiting" ? { tone: "good" } : view.state === "held" || view.state === "away" ? { tone: "warn" } : {})}>
          {stateWords(view.state, t)}
        </Badge>
        {here && <PresenceBadge here={presence(view.visit)} />}
        <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={view.on_behalf} mode={view.mode} />
        {here && <DeviceBadges devices={view.devices} />}
      </div>
      <div class="board-act row">{children}</div>
    </li>
  );
}
