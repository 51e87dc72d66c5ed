/** A room as long as a visit is held: made at the claim, live from Admit, closed when it is over. */

import { useEffect, useState } from "preact/hooks";

import type { Line } from "../kit/socket";
import { Room, type Wish } from "./room";
import type { ClinicianView } from "./view";

export function useRoom(line: Line, held: ClinicianView | null): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  const visit = held?.visit ?? null;
  useEffect(() => {
    if (visit === null) return;
    const opened = new Room(line, visit);
    opened.start();
    setRoom(opened);
    return () => {
      opened.close();
      setRoom(null);
    };
  }, [line, visit]);
  useEffect(() => {
    if (room !== null && room.visit === visit) room.wish(wishIn(held?.state));
  }, [room, visit, held?.state]);
  return room?.visit === visit ? room : null;
}

function wishIn(state: string | undefined): Wish {
  return state === "in_visit" ? "live" : state === "claimed" ? "ready" : "warm";
}
