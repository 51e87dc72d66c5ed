/** A birth date as people type it: three fields. Pure; the same answer everywhere. */

export interface BirthFields {
  readonly year: string;
  readonly month: string;
  readonly day: string;
}

/** incomplete: a field is empty · year: not four digits · impossible: no such day · future: not born yet. */
export type BirthProblem = "incomplete" | "year" | "impossible" | "future";

export type BirthAnswer =
  | { readonly date: string; readonly problem: null }
  | { readonly date: null; readonly problem: BirthProblem };

const OLDEST_YEAR = 1900;

/** `today` is the member's own calendar day, `YYYY-MM-DD`. */
export function birthDate(fields: BirthFields, today: string): BirthAnswer {
  const [year, month, day] = [fields.year.trim(), fields.month.trim(), fields.day.trim()];
  if (year === "" || month === "" || day === "") return wrong("incomplete");
  if (!/^\d{4}$/.test(year) || Number(year) < OLDEST_YEAR) return wrong("year");
  if (!/^\d{1,2}$/.test(month) || !/^\d{1,2}$/.test(day)) return wrong("impossible");
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (!exists(Number(year), Number(month), Number(day))) return wrong("impossible");
  return date > today ? wrong("future") : { date, problem: null };
}

/** The fields of a date that was typed before, for whoever looks at it again. */
export function fieldsOf(date: string): BirthFields {
  const [year = "", month = "", day = ""] = date.split("-").map((part) => String(Number(part)));
  return { year, month, day };
}

/** The calendar day of `now` where the device is. */
export function localDay(now: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function exists(year: number, month: number, day: number): boolean {
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

function wrong(problem: BirthProblem): BirthAnswer {
  return { date: null, problem };
}
