import type { Words } from "../i18n";
import { type KitCatalog, useWords } from "../ui";
import type en from "./words/en.json";

/** Words both consoles share. */
export type StaffCatalog = KitCatalog & typeof en;

export function useStaffWords(): Words<StaffCatalog> {
  return useWords<StaffCatalog>();
}
