/** Staff's notes about the visit that the clinician holds. */

import { Notes } from "../kit/staff/notes";
import { clinicOf, type Me } from "../kit/staff/session";
import type { ClinicianView } from "./view";

export function VisitNotes({ view, me, onWrite }: {
  readonly view: ClinicianView;
  readonly me: Me;
  readonly onWrite: (text: string) => Promise<string | null>;
}) {
  return <Notes notes={view.notes} zone={clinicOf(me, view.clinic).zone} onWrite={onWrite} />;
}
