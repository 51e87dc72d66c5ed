/** Times for people: always with the clinic's zone, and spans in whole minutes. */

import type { Language } from "./i18n";

/** “3:40 PM” in the clinic's zone. */
export function clockTime(at: string, zone: string, language: Language): string {
  return format(at, zone, language, { hour: "numeric", minute: "2-digit" });
}

/** “3:40 PM CST”: with the zone's short name, for readers who may be elsewhere. */
export function clockTimeWithZone(at: string, zone: string, language: Language): string {
  return format(at, zone, language, { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
}

/** “Monday, November 23, 3:40 PM CST”. */
export function dayAndTime(at: string, zone: string, language: Language): string {
  return format(at, zone, language, {
    weekday: "long",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  });
}

/** “March 4, 1962” from a calendar date; a birth date has no zone. */
export function calendarDate(date: string, language: Language): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (parts === null) return date;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
    Date.UTC(year, month - 1, day),
  );
}

/** Full years between a birth date and today. */
export function ageOn(birthDate: string, now: Date): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const before =
    now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < day) ? 1 : 0;
  return now.getFullYear() - year - before;
}

/** Whole minutes since `at`; never negative. */
export function minutesSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
}

/** Whole seconds until `at`; never negative. */
export function secondsUntil(at: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(at) - now) / 1_000));
}

function format(at: string, zone: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return "";
  const region = language === "en" ? "en-US" : "es-US";
  return new Intl.DateTimeFormat(region, { ...options, timeZone: zone }).format(instant);
}
