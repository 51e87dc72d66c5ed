/** A report of codes in words: “iPhone or iPad, inside a mail app”. */

import { type Card, cardFor, CARDS, type Fault, isCard } from "../kit/fixes/cards";
import type { Browser, Device, Inside, System } from "../kit/fixes/device";
import type { Report } from "../kit/staff/reports";
import type { T } from "./words";

export function deviceWords(report: Report, t: T): string {
  const system = t.code(`support.system.${report.system}`, report.system);
  const where =
    report.inside === null
      ? t.code(`support.browser.${report.browser}`, report.browser)
      : t.code(`support.inside.${report.inside}`, report.inside);
  return `${system}, ${where}`;
}

/** “Camera blocked”; a fault that this page does not know yet is its code. */
export function faultWords(fault: string, t: T): string {
  return t.code(`support.fault.${fault}`, fault);
}

export function deviceOfReport(report: Report): Device {
  return { system: report.system as System, browser: report.browser as Browser, inside: report.inside as Inside | null };
}

/** The card that fits what the page reported, if it did. */
export function suggested(report: Report | undefined): Card | null {
  const fault = report?.error ?? null;
  if (report === undefined || fault === null) return null;
  const card: Card | undefined = cardFor(fault as Fault, deviceOfReport(report));
  return card === undefined || !isCard(card) ? null : card;
}

/** Every card, those that fit this device first; steps for other systems go last. */
export function cardsFor(report: Report | undefined): readonly Card[] {
  const system = report?.system;
  const rank = (card: Card): number => {
    if (!/^(allow|open_browser)_/.test(card)) return 1;
    return system !== undefined && card.includes(`_${system}`) ? 0 : 2;
  };
  const best = suggested(report);
  return [...CARDS].sort((one, other) => Number(other === best) - Number(one === best) || rank(one) - rank(other));
}
