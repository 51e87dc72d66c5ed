/** What the desk can see of the member's device, so that nobody has to describe it over the phone. */

import type { ComponentChildren } from "preact";

import { isCard } from "../kit/fixes/cards";
import { cardTitle } from "../kit/fixes/words";
import { span } from "../kit/staff/phrases";
import type { Report } from "../kit/staff/reports";
import { deviceWords, faultWords } from "./device_words";
import { useT } from "./words";

export function DeviceFacts({ report, now, children }: {
  readonly report: Report | undefined;
  readonly now: number;
  /** What can be done about it. */
  readonly children: ComponentChildren;
}) {
  const t = useT();
  const permission = (code: string) => t.code(`support.permission.${code}`, code);
  return (
    <section class="card stack-tight" aria-labelledby="device-heading">
      <h3 id="device-heading">{t("support.device")}</h3>
      {report === undefined ? (
        <p class="quiet">{t("support.device.none_yet")}</p>
      ) : (
        <dl class="facts">
          <Fact term={t("support.device.what")}>{deviceWords(report, t)}</Fact>
          <Fact term={t("support.device.camera")}>{permission(report.camera)}</Fact>
          <Fact term={t("support.device.microphone")}>{permission(report.microphone)}</Fact>
          {/* The words of the connection's quality belong here too, once pages tell it. */}
          <Fact term={t("support.device.connection")}>{t.code(`support.connection.${report.connection}`, report.connection)}</Fact>
          {report.lastError !== null && (
            <Fact term={t(report.error === null ? "support.device.was_wrong" : "support.device.wrong")}>
              {faultWords(report.lastError.code, t)}
              <br />
              <span class="quiet small">
                {t("support.device.since", { span: span(report.lastError.at, now, t), code: report.lastError.code })}
              </span>
            </Fact>
          )}
          <Fact term={t(report.card === null && report.told !== null ? "support.device.told_last" : "support.device.told")}>
            {told(report.card ?? report.told, t("support.device.nothing"), t.language)}
          </Fact>
        </dl>
      )}
      {children}
    </section>
  );
}

function told(card: string | null, otherwise: string, language: "en" | "es"): string {
  if (card === null) return otherwise;
  return isCard(card) ? cardTitle(card, language) : card;
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
