/** A moment, in the clinic's zone, with the machine-readable instant beside it. */

import { clockTime, clockTimeWithZone, dayAndTime } from "../clock";
import { useWords } from "./words";

export interface TimeProps {
  readonly at: string;
  readonly zone: string;
  readonly show?: "time" | "time-zone" | "day";
}

export function Time({ at, zone, show = "time" }: TimeProps) {
  const { language } = useWords();
  const format = show === "time" ? clockTime : show === "time-zone" ? clockTimeWithZone : dayAndTime;
  return <time dateTime={at}>{format(at, zone, language)}</time>;
}
