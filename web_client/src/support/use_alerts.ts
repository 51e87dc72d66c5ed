/** Rings when somebody newly needs help, whatever the list is filtered by; answers how many need it now. */

import { useEffect, useMemo, useRef } from "preact/hooks";

import { chime } from "../kit/staff/chime";
import type { Board, Here } from "../kit/staff/board";
import { Alerts, needsHelp } from "./alerts";
import { listed } from "./list";
import { viewsOf } from "./view";

const EVERYBODY = { clinic: "", search: "", order: "due" } as const;

export function useAlerts(board: Board, ready: boolean, presence: (visit: string) => Here, now: number): number {
  const alerts = useRef<Alerts | null>(null);
  const rows = useMemo(() => listed(viewsOf(board), presence, EVERYBODY, now), [board, now]);
  useEffect(() => {
    if (!ready) return;
    alerts.current ??= new Alerts();
    if (alerts.current.see(rows, Date.now())) chime();
  }, [rows, ready]);
  return rows.filter(needsHelp).length;
}
